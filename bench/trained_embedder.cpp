// How long a trained embedder takes on one core: the image of a sound, and the whole. Arguments: its name,
// the seconds of a sound, how often.
#include "embed/embedder.h"
#include "embed/mel_envelope.h"
#include "embed/sound_image.h"

#include "audio/buffer.h"
#include "base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

using namespace patchpilot;

namespace {

/// Processor time of the fastest and of the middle run, in milliseconds.
void time(const std::string& what, int runs, const std::function<void()>& use) {
  std::vector<double> milliseconds;
  for (int i = 0; i < runs; ++i) {
    timespec begin{}, end{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    use();
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    milliseconds.push_back(double(end.tv_sec - begin.tv_sec) * 1e3 +
                           double(end.tv_nsec - begin.tv_nsec) * 1e-6);
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  fmt::print("{:<16} fastest {:.2f} ms, median {:.2f} ms\n", what, milliseconds.front(),
             milliseconds[milliseconds.size() / 2]);
}

}  // namespace

int main(int count, char** arguments) {
  const std::string name = count > 1 ? arguments[1] : "ours-jx10";
  const double seconds = count > 2 ? std::atof(arguments[2]) : 4;
  const int runs = count > 3 ? std::max(1, std::atoi(arguments[3])) : 200;
  std::vector<float> left(std::size_t(seconds * kSampleRateHz)), right = left;
  SplitMix64 random(1);
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = float(random.uniform() - 0.5);
    right[i] = float(random.uniform() - 0.5);
  }
  const MelEnvelopeEmbedder mel;
  std::vector<float> melVector(std::size_t(mel.dimension())), image(SoundImage::kValues);
  time("mel-envelope", runs, [&] { mel.embed(left, right, melVector); });
  const SoundImage painter;
  time("image, mono", runs, [&] { painter(left, left, image); });
  time("image, stereo", runs, [&] { painter(left, right, image); });
  const auto embedder = makeEmbedder(name);
  std::vector<float> vector(std::size_t(embedder->dimension()));
  time(name + ", mono", runs, [&] { embedder->embedNote(left, left, 60, vector); });
  time(name + ", stereo", runs, [&] { embedder->embedNote(left, right, 60, vector); });
}
