// Included by lane_kernels_*.cpp, each within a namespace of its own and with its own instruction
// set; kVectorBytes is the width of that set's registers. GCC splits wider vectors into scalars,
// and compiles clones of a function for one width only, which is why this is a file and no template.

namespace {

constexpr std::size_t kWidth = kVectorBytes / sizeof(float);
// Vectors are read from any address of a float. Clang ignores `aligned` behind the type of an alias.
using Vector __attribute__((vector_size(kVectorBytes), aligned(4), may_alias)) = float;
using IntVector = std::int32_t __attribute__((vector_size(kVectorBytes)));
using Quad __attribute__((vector_size(16), aligned(4), may_alias)) = float;
static_assert(alignof(Vector) == alignof(float) && alignof(Quad) == alignof(float));

#define PATCHPILOT_INLINE __attribute__((always_inline)) inline

// By value: clang forgets the alignment of what a function returns a reference to.
PATCHPILOT_INLINE Vector vectorAt(const float* p) { return *reinterpret_cast<const Vector*>(p); }
PATCHPILOT_INLINE Vector& vectorAt(float* p) { return *reinterpret_cast<Vector*>(p); }

struct ComplexVector {
  Vector re, im;
};

/// One register's worth of lanes, beginning at lane `lane`.
PATCHPILOT_INLINE ComplexVector load(const ComplexLanes& from, std::size_t lane) {
  return {vectorAt(from.re + lane), vectorAt(from.im + lane)};
}

PATCHPILOT_INLINE void storeProduct(ComplexLanes& to, std::size_t lane, const ComplexVector& value,
                                    const float* twiddle) {
  vectorAt(to.re + lane) = value.re * twiddle[0] - value.im * twiddle[1];
  vectorAt(to.im + lane) = value.re * twiddle[1] + value.im * twiddle[0];
}

/// Inputs of one DFT of an odd number of points: x[r] and x[Radix - r] meet the same cosines and opposite
/// sines, so their sum and difference halve the work.
template <int Radix>
struct PairedInputs {
  static constexpr int kHalf = (Radix - 1) / 2;
  ComplexVector first, sum[kHalf + 1], difference[kHalf + 1];
};

/// Outputs j and Radix - j, which share both partial sums, for `Count` j from `begin` on: a large radix
/// does not fit the registers, and so each input is loaded once for all of them.
template <int Radix, int Count>
PATCHPILOT_INLINE void pairedOutputs(const PairedInputs<Radix>& x, int begin, ComplexLanes* out,
                                     std::size_t outStride, std::size_t lane, const float* twiddles,
                                     const float* roots) {
  ComplexVector even[Count], odd[Count];
  int root[Count];
#pragma GCC unroll 4
  for (int i = 0; i < Count; ++i) {
    even[i] = x.first;
    odd[i] = ComplexVector{};
    root[i] = begin + i;
  }
#pragma GCC unroll 3
  for (int r = 1; r <= x.kHalf; ++r) {
    const ComplexVector sum = x.sum[r], difference = x.difference[r];
#pragma GCC unroll 4
    for (int i = 0; i < Count; ++i) {
      const float cosine = roots[2 * root[i]], sine = roots[2 * root[i] + 1];
      even[i].re += sum.re * cosine;
      even[i].im += sum.im * cosine;
      odd[i].re += difference.re * sine;
      odd[i].im += difference.im * sine;
      root[i] += begin + i < Radix - root[i] ? begin + i : begin + i - Radix;
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < Count; ++i) {
    const int j = begin + i;
    storeProduct(out[std::size_t(j) * outStride], lane, {even[i].re - odd[i].im, even[i].im + odd[i].re},
                 twiddles + 2 * j);
    storeProduct(out[std::size_t(Radix - j) * outStride], lane,
                 {even[i].re + odd[i].im, even[i].im - odd[i].re}, twiddles + 2 * (Radix - j));
  }
}

/// One DFT of `Radix` points; inputs lie `inStride` apart, outputs `outStride`.
template <int Radix>
PATCHPILOT_INLINE void butterfly(const ComplexLanes* in, std::size_t inStride, ComplexLanes* out,
                                 std::size_t outStride, std::size_t lane, const float* twiddles,
                                 const float* roots) {
  constexpr int kHalf = PairedInputs<Radix>::kHalf;
  PairedInputs<Radix> x;
  x.first = load(in[0], lane);
  ComplexVector total = x.first;
#pragma GCC unroll 3
  for (int r = 1; r <= kHalf; ++r) {
    const ComplexVector a = load(in[std::size_t(r) * inStride], lane);
    const ComplexVector b = load(in[std::size_t(Radix - r) * inStride], lane);
    x.sum[r] = {a.re + b.re, a.im + b.im};
    x.difference[r] = {a.re - b.re, a.im - b.im};
    total.re += x.sum[r].re;
    total.im += x.sum[r].im;
  }
  vectorAt(out[0].re + lane) = total.re;
  vectorAt(out[0].im + lane) = total.im;
  constexpr int kTogether = kHalf <= 3 ? 1 : kWidth == 16 ? 4 : 2;
  int j = 1;
#pragma GCC unroll 3
  for (; j + kTogether <= kHalf + 1; j += kTogether) {
    pairedOutputs<Radix, kTogether>(x, j, out, outStride, lane, twiddles, roots);
  }
  constexpr int kRest = kHalf % kTogether;
  if constexpr (kRest > 0) pairedOutputs<Radix, kRest>(x, j, out, outStride, lane, twiddles, roots);
}

template <>
PATCHPILOT_INLINE void butterfly<2>(const ComplexLanes* in, std::size_t inStride, ComplexLanes* out,
                                    std::size_t outStride, std::size_t lane, const float* twiddles,
                                    const float*) {
  const ComplexVector a = load(in[0], lane), b = load(in[inStride], lane);
  vectorAt(out[0].re + lane) = a.re + b.re;
  vectorAt(out[0].im + lane) = a.im + b.im;
  storeProduct(out[outStride], lane, {a.re - b.re, a.im - b.im}, twiddles + 2);
}

/// In place, by one root: exp(-2 pi i / 3) = (-1 / 2, sine).
PATCHPILOT_INLINE void threePoints(ComplexVector& a, ComplexVector& b, ComplexVector& c, float sine) {
  const ComplexVector sum = {b.re + c.re, b.im + c.im};
  const ComplexVector turned = {(c.im - b.im) * sine, (b.re - c.re) * sine};
  const ComplexVector middle = {a.re - sum.re * 0.5f, a.im - sum.im * 0.5f};
  a = {a.re + sum.re, a.im + sum.im};
  b = {middle.re + turned.re, middle.im + turned.im};
  c = {middle.re - turned.re, middle.im - turned.im};
}

PATCHPILOT_INLINE ComplexVector product(const ComplexVector& value, const float* twiddle) {
  return {value.re * twiddle[0] - value.im * twiddle[1], value.re * twiddle[1] + value.im * twiddle[0]};
}

/// Two passes of radix 3 within the registers, rather than through memory.
template <>
PATCHPILOT_INLINE void butterfly<9>(const ComplexLanes* in, std::size_t inStride, ComplexLanes* out,
                                    std::size_t outStride, std::size_t lane, const float* twiddles,
                                    const float* roots) {
  ComplexVector x[9];
#pragma GCC unroll 9
  for (std::size_t i = 0; i < 9; ++i) x[i] = load(in[i * inStride], lane);
#pragma GCC unroll 3
  for (std::size_t i = 0; i < 3; ++i) threePoints(x[i], x[i + 3], x[i + 6], roots[7]);
  x[4] = product(x[4], roots + 2);
  x[5] = product(x[5], roots + 4);
  x[7] = product(x[7], roots + 4);
  x[8] = product(x[8], roots + 8);
#pragma GCC unroll 3
  for (std::size_t i = 0; i < 3; ++i) {
    threePoints(x[3 * i], x[3 * i + 1], x[3 * i + 2], roots[7]);
    if (i > 0) storeProduct(out[i * outStride], lane, x[3 * i], twiddles + 2 * i);
    storeProduct(out[(i + 3) * outStride], lane, x[3 * i + 1], twiddles + 2 * (i + 3));
    storeProduct(out[(i + 6) * outStride], lane, x[3 * i + 2], twiddles + 2 * (i + 6));
  }
  vectorAt(out[0].re + lane) = x[0].re;
  vectorAt(out[0].im + lane) = x[0].im;
}

template <int Radix>
PATCHPILOT_INLINE void stageOf(const FftStage& stage, const ComplexLanes* in, ComplexLanes* out) {
  for (std::size_t block = 0; block < stage.blocks; ++block) {
    for (std::size_t q = 0; q < stage.stride; ++q) {
      for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
        butterfly<Radix>(in + q + stage.stride * block, stage.stride * stage.blocks,
                         out + q + stage.stride * Radix * block, stage.stride, lane,
                         stage.twiddles + 2 * Radix * block, stage.roots);
      }
    }
  }
}

void fftStage(const FftStage& stage, const ComplexLanes* in, ComplexLanes* out) {
  switch (stage.radix) {
    case 2: return stageOf<2>(stage, in, out);
    case 3: return stageOf<3>(stage, in, out);
    case 5: return stageOf<5>(stage, in, out);
    case 7: return stageOf<7>(stage, in, out);
    case 9: return stageOf<9>(stage, in, out);
    case 19: return stageOf<19>(stage, in, out);
    default: return stageOf<29>(stage, in, out);
  }
}

/// The two vectors one behind the other.
template <class Part, int... Index>
PATCHPILOT_INLINE auto joined(const Part& low, const Part& high, std::integer_sequence<int, Index...>) {
  return __builtin_shufflevector(low, high, Index...);
}

/// `Count` runs of four samples, `distance` apart.
template <std::size_t Count>
PATCHPILOT_INLINE auto quads(const float* samples, std::size_t distance) {
  if constexpr (Count == 1) {
    return *reinterpret_cast<const Quad*>(samples);
  } else {
    return joined(quads<Count / 2>(samples, distance),
                  quads<Count / 2>(samples + Count / 2 * distance, distance),
                  std::make_integer_sequence<int, 4 * Count>());
  }
}

/// The elements of a, and behind them those of b, that are named. Clang, with which the fuzzers are built,
/// has another builtin for it, which needs them while compiling: there they are taken one by one.
PATCHPILOT_INLINE Vector shuffled(const Vector& a, const Vector& b, const IntVector& from) {
#ifdef __clang__
  Vector result;
  for (int lane = 0; lane < int(kWidth); ++lane)
    result[lane] = from[lane] < int(kWidth) ? a[from[lane]] : b[from[lane] - int(kWidth)];
  return result;
#else
  return __builtin_shuffle(a, b, from);
#endif
}

/// In every run of four: the elements of a (0 to 3) and b (4 to 7) that are named.
template <int First, int Second, int Third, int Fourth>
PATCHPILOT_INLINE Vector inQuads(const Vector& a, const Vector& b) {
  constexpr int kNamed[] = {First, Second, Third, Fourth};
  IntVector from;
  for (int lane = 0; lane < int(kWidth); ++lane) {
    const int named = kNamed[lane % 4];
    from[lane] = lane / 4 * 4 + (named < 4 ? named : named - 4 + int(kWidth));
  }
  return shuffled(a, b, from);
}

/// Writes four windowed samples of kWidth frames so that the frames lie side by side: each run of four
/// lanes holds four frames, and is transposed by itself.
PATCHPILOT_INLINE void transposeQuads(const float* samples, std::size_t hop, const Vector& window, float* out,
                                      std::size_t outStride) {
  const auto row = [&](std::size_t frame) {
    return quads<kWidth / 4>(samples + frame * hop, 4 * hop) * window;
  };
  const Vector a = row(0), b = row(1), c = row(2), d = row(3);
  const Vector abLow = inQuads<0, 4, 1, 5>(a, b), abHigh = inQuads<2, 6, 3, 7>(a, b);
  const Vector cdLow = inQuads<0, 4, 1, 5>(c, d), cdHigh = inQuads<2, 6, 3, 7>(c, d);
  vectorAt(out) = inQuads<0, 1, 4, 5>(abLow, cdLow);
  vectorAt(out + outStride) = inQuads<2, 3, 6, 7>(abLow, cdLow);
  vectorAt(out + 2 * outStride) = inQuads<0, 1, 4, 5>(abHigh, cdHigh);
  vectorAt(out + 3 * outStride) = inQuads<2, 3, 6, 7>(abHigh, cdHigh);
}

void gatherFrames(const float* left, const float* right, std::size_t hop, const float* window,
                  std::size_t size, ComplexLanes* out) {
  constexpr std::size_t kStride = sizeof(ComplexLanes) / sizeof(float);
  std::size_t i = 0;
  for (; i + 4 <= size; i += 4) {
    const Vector weights = quads<kWidth / 4>(window + i, 0);
    for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
      transposeQuads(left + lane * hop + i, hop, weights, out[i].re + lane, kStride);
      transposeQuads(right + lane * hop + i, hop, weights, out[i].im + lane, kStride);
    }
  }
  for (; i < size; ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out[i].re[lane] = left[lane * hop + i] * window[i];
      out[i].im[lane] = right[lane * hop + i] * window[i];
    }
  }
}

void channelPowers(const ComplexLanes* spectrum, std::size_t size, ComplexLanes* power) {
  for (std::size_t k = 0; k <= size / 2; ++k) {
    const std::size_t mirror = k == 0 ? 0 : size - k;
    for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
      const ComplexVector a = load(spectrum[k], lane), b = load(spectrum[mirror], lane);
      const Vector leftRe = a.re + b.re, leftIm = a.im - b.im;
      const Vector rightRe = a.im + b.im, rightIm = b.re - a.re;
      vectorAt(power[k].re + lane) = (leftRe * leftRe + leftIm * leftIm) * 0.25f;
      vectorAt(power[k].im + lane) = (rightRe * rightRe + rightIm * rightIm) * 0.25f;
    }
  }
}

void weightedSums(const ComplexLanes* values, const float* weights, std::size_t count, float* left,
                  float* right) {
  for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
    ComplexVector sum = {};
    for (std::size_t i = 0; i < count; ++i) {
      const ComplexVector value = load(values[i], lane);
      sum.re += value.re * weights[i];
      sum.im += value.im * weights[i];
    }
    vectorAt(left + lane) = sum.re;
    vectorAt(right + lane) = sum.im;
  }
}

/// 10 log10 of positive normal numbers. The exponent comes from the bits, with the rest m in
/// [sqrt(1/2), sqrt(2)); its logarithm is the series of 2 artanh((m - 1) / (m + 1)).
PATCHPILOT_INLINE Vector toDecibels(const Vector& value) {
  constexpr std::int32_t kHalfRootBits = 0x3f3504f3;  // sqrt(1/2)
  const auto bits = (IntVector)value;
  const IntVector exponent = (bits - kHalfRootBits) >> 23;
  const auto mantissa = (Vector)(bits - (exponent << 23));
  const Vector s = (mantissa - 1) / (mantissa + 1);
  const Vector s2 = s * s;
  const Vector series = 2 * s * (1 + s2 * (1.0f / 3 + s2 * (1.0f / 5 + s2 * (1.0f / 7 + s2 * (1.0f / 9)))));
  constexpr float kDbPerOctave = 3.01029995664f, kDbPerNeper = 4.34294481903f;
  return __builtin_convertvector(exponent, Vector) * kDbPerOctave + series * kDbPerNeper;
}

void powersToDb(float* values, std::size_t count, float amin, float referenceDb, float floorDb) {
  const Vector floor = Vector{} + floorDb, least = Vector{} + amin;
  for (std::size_t i = 0; i < count; i += kWidth) {
    const Vector value = vectorAt(values + i);
    const Vector decibels = toDecibels(value > least ? value : least) - referenceDb;
    vectorAt(values + i) = decibels > floor ? decibels : floor;
  }
}

float largest(const float* values, std::size_t count) {
  Vector most = {};
  for (std::size_t i = 0; i < count; i += kWidth) {
    const Vector value = vectorAt(values + i);
    most = value > most ? value : most;
  }
  float result = 0;
  for (std::size_t lane = 0; lane < kWidth; ++lane) result = most[lane] > result ? most[lane] : result;
  return result;
}

PATCHPILOT_INLINE Vector magnitude(const Vector& value) { return (Vector)((IntVector)value & 0x7fffffff); }
PATCHPILOT_INLINE Vector lesser(const Vector& a, const Vector& b) { return a < b ? a : b; }

double absoluteDifference(const float* a, const float* b, std::size_t count) {
  // Short runs in single precision, their sums in double: rounding stays below 1e-6 of the sum.
  constexpr std::size_t kRun = 64 * kLanes;
  double total = 0;
  for (std::size_t start = 0; start < count; start += kRun) {
    const std::size_t end = count - start < kRun ? count : start + kRun;
    Vector sum = {};
    for (std::size_t i = start; i < end; i += kWidth) {
      sum += magnitude(vectorAt(a + i) - vectorAt(b + i));
    }
    for (std::size_t lane = 0; lane < kWidth; ++lane) total += sum[lane];
  }
  return total;
}

/// Powers of the average of both channels, and per lane its energy as a share of theirs.
PATCHPILOT_INLINE void averagePowers(const ComplexLanes* spectrum, std::size_t size, float* power,
                                     float* share) {
  for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
    Vector average = Vector{} + 1e-37f, both = average;  // silence is all of silence, and not 0 / 0
    for (std::size_t k = 0; k <= size / 2; ++k) {
      const ComplexVector a = load(spectrum[k], lane), b = load(spectrum[k == 0 ? 0 : size - k], lane);
      const Vector re = a.re + b.re + a.im + b.im, im = a.im - b.im + b.re - a.re;
      const Vector value = (re * re + im * im) * 0.0625f;
      average += value;
      both += (a.re * a.re + a.im * a.im + b.re * b.re + b.im * b.im) * 0.25f;
      vectorAt(power + k * kLanes + lane) = value;
    }
    vectorAt(share + lane) = average / both;
  }
}

/// Square roots in place, and the sum of each lane. Short runs are added up by themselves: in one long
/// run of equal values each rounding would err in the same direction.
PATCHPILOT_INLINE void rootsAndSums(float* values, std::size_t rows, float* sums) {
  constexpr std::size_t kRun = 32;
  for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] = 0;
  for (std::size_t start = 0; start < rows; start += kRun) {
    const std::size_t end = rows - start < kRun ? rows : start + kRun;
    for (std::size_t i = start * kLanes; i < end * kLanes; ++i) values[i] = __builtin_sqrtf(values[i]);
    for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
      Vector sum = {};
      for (std::size_t row = start; row < end; ++row) sum += vectorAt(values + row * kLanes + lane);
      vectorAt(sums + lane) += sum;
    }
  }
}

void cumulatedMass(const ComplexLanes* spectrum, std::size_t size, float leastSum, float* cumulated,
                   float* share) {
  const std::size_t bins = size / 2 + 1;
  averagePowers(spectrum, size, cumulated, share);
  float totals[kLanes];
  rootsAndSums(cumulated, bins, totals);
  for (std::size_t lane = 0; lane < kLanes; lane += kWidth) {
    const Vector total = vectorAt(totals + lane);
    const Vector scale = 1 / (total > leastSum ? total : Vector{} + leastSum);
    Vector sum = {};
    for (std::size_t k = 0; k < bins; ++k) {
      sum += vectorAt(cumulated + k * kLanes + lane) * scale;
      vectorAt(cumulated + k * kLanes + lane) = sum;
    }
  }
}

float averageEnergy(const float* left, const float* right, std::size_t count) {
  Vector sums = {};
  std::size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    const Vector average = (vectorAt(left + i) + vectorAt(right + i)) * 0.5f;
    sums += average * average;
  }
  float sum = 0;
  for (; i < count; ++i) sum += (left[i] + right[i]) * (left[i] + right[i]) * 0.25f;
  for (std::size_t lane = 0; lane < kWidth; ++lane) sum += sums[lane];
  return sum;
}

/// How many columns of distances are computed at once, so that a row's frames are read once for all.
constexpr std::size_t kColumns = 8;

/// Distances of kWidth row frames to the columns that a slanted front reaches in kColumns steps: at step
/// t, row l meets column t - l. With columns back to front those lie side by side, ascending.
PATCHPILOT_INLINE void frontDistances(const float* row, std::size_t rowStride, const float* column,
                                      std::size_t columnStride, std::size_t count, Vector* distances) {
  for (std::size_t step = 0; step < kColumns; ++step) distances[step] = Vector{};
  for (std::size_t k = 0; k < count; ++k, row += rowStride, column += columnStride) {
    const Vector value = vectorAt(row);
#pragma GCC unroll 8
    for (std::size_t step = 0; step < kColumns; ++step)
      distances[step] += magnitude(value - vectorAt(column - step));
  }
}

/// `first`, and behind it all of `rest` but its last.
PATCHPILOT_INLINE Vector shiftIn(float first, const Vector& rest) {
  IntVector from;
  for (std::size_t lane = 0; lane < kWidth; ++lane) from[lane] = lane == 0 ? int(kWidth) : int(lane) - 1;
  return shuffled(rest, Vector{} + first, from);
}

/// kWidth rows of the table of costs at a time, by a slanted front, so that a step depends only on the
/// two before. `edge` holds the last row of those above; cells outside the table cost so much that no
/// way leads through them.
float warpedCost(const WarpedSequence& rows, const WarpedSequence& columns, std::size_t count, float* edge) {
  const Vector far = Vector{} + 1e30f;
  const std::size_t lastRow = (rows.frames - 1) % kWidth;
  float result = 0;
  edge[0] = 0;  // the way begins above the first cell
  for (std::size_t first = 0; first < rows.frames; first += kWidth) {
    Vector here = far, diagonal = far;
    for (std::size_t start = 0; start < columns.frames + kWidth - 1; start += kColumns) {
      Vector distances[kColumns];
      const float* column = columns.values + columns.frames - 1 - start;
      frontDistances(rows.values + first, rows.stride, column, columns.stride, count, distances);
      for (std::size_t step = 0; step < kColumns; ++step) {
        const std::size_t time = start + step;
        const Vector above = shiftIn(edge[time], here);
        here = lesser(lesser(above, here) + distances[step], diagonal + 2 * distances[step]);
        diagonal = first + time == 0 ? far : above;
        if (time + 1 >= kWidth) edge[time + 1 - kWidth] = here[kWidth - 1];
        if (time == columns.frames - 1 + lastRow) result = here[lastRow];
      }
    }
  }
  return result;
}

#undef PATCHPILOT_INLINE

}  // namespace

extern const LaneKernels kernels{fftStage, gatherFrames,       channelPowers, weightedSums,  powersToDb,
                                 largest,  absoluteDifference, cumulatedMass, averageEnergy, warpedCost};
