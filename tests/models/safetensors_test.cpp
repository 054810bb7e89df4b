#include "models/safetensors.h"

#include "base/error.h"
#include "base/random.h"
#include "test_support.h"

#include <cmath>
#include <cstring>
#include <functional>

namespace patchpilot {
namespace {

class SafetensorsTest : public testing::Test {
 protected:
  /// A file of this header, and of values that follow it.
  std::filesystem::path write(const std::string& header, const std::string& values, std::uint64_t length) {
    std::string text(reinterpret_cast<const char*>(&length), sizeof(length));
    writeFileAtomically(folder_ / "model.safetensors", std::string_view(text + header + values));
    return folder_ / "model.safetensors";
  }
  std::filesystem::path write(const std::string& header, const std::string& values) {
    return write(header, values, header.size());
  }

  std::string refusal(const std::function<void()>& use) {
    try {
      use();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input) << error.what();
      EXPECT_NE(std::string(error.what()).find("model.safetensors"), std::string::npos) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return "";
  }
  std::string refusal(const std::string& header, const std::string& values) {
    const auto file = write(header, values);
    return refusal([&] { Safetensors opened(file); });
  }

  TemporaryFolder folder_;
};

template <typename T>
std::string bytesOf(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

TEST_F(SafetensorsTest, ReadsEveryFloatType) {
  const std::string values = bytesOf<float>({1.5f, -2}) +
                             bytesOf<std::uint16_t>({0x3e00, 0xc000, 0x0001, 0x7c00}) +
                             bytesOf<std::uint16_t>({0x3fc0, 0xc000}) + bytesOf<double>({1.5, -2});
  Safetensors file(write(R"({"__metadata__":{"format":"pt"},
    "f32":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
    "f16":{"dtype":"F16","shape":[4],"data_offsets":[8,16]},
    "bf16":{"dtype":"BF16","shape":[2],"data_offsets":[16,20]},
    "f64":{"dtype":"F64","shape":[2,1],"data_offsets":[20,36]}})",
                         values));
  EXPECT_EQ(file.tensors().size(), 4u);
  std::vector<float> two(2), four(4);
  const std::vector<float> expected{1.5f, -2};
  const auto read = [&](const char* name, std::vector<std::int64_t> shape) {
    std::fill(two.begin(), two.end(), 0.0f);
    file.read(name, shape, two);
    return two;
  };
  EXPECT_EQ(read("f32", {1, 2}), expected);
  EXPECT_EQ(read("bf16", {2}), expected);
  EXPECT_EQ(read("f64", {2, 1}), expected);
  const std::int64_t shape[] = {4};
  file.read("f16", shape, four);
  EXPECT_EQ(four, (std::vector<float>{1.5f, -2, 0x1p-24f, INFINITY}));
}

TEST_F(SafetensorsTest, ATensorThatIsNotAsAskedForIsRefused) {
  Safetensors file(write(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"n":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}})",
      std::string(16, '\0')));
  std::vector<float> values(2);
  const std::int64_t two[] = {2}, one[] = {1}, three[] = {3};
  EXPECT_NE(refusal([&] { file.read("b", two, values); }).find("b is missing"), std::string::npos);
  EXPECT_NE(refusal([&] { file.read("a", three, values); }).find("[2], config.json asks for [3]"),
            std::string::npos);
  EXPECT_NE(refusal([&] { file.read("n", one, values); }).find("I64"), std::string::npos);
}

TEST_F(SafetensorsTest, WhatIsNoneIsRefused) {
  EXPECT_NE(refusal([&] { Safetensors missing(folder_ / "no-model.safetensors"); }), "");
  for (const std::uint64_t length :
       {std::uint64_t(0), std::uint64_t(3), std::uint64_t(1) << 40, ~std::uint64_t(0)}) {
    const auto file = write("{}", "", length);
    refusal([&] { Safetensors opened(file); });
  }
  writeFileAtomically(folder_ / "model.safetensors", std::string_view("short"));
  refusal([&] { Safetensors opened(folder_ / "model.safetensors"); });
  refusal("[1, 2]", "");
  refusal("{\"a\":", "");
  const std::string deep = std::string(300'000, '[') + std::string(300'000, ']');
  refusal("{\"a\":{\"shape\":" + deep + "}}", "");
}

TEST_F(SafetensorsTest, AHeaderThatCannotBeTrueIsRefused) {
  const auto one = [](const std::string& fields) { return "{\"a\":{" + fields + "}}"; };
  const std::string eight(8, '\0');
  for (const std::string& fields :
       {std::string(R"("dtype":"F32","shape":[2])"),
        std::string(R"("dtype":"F32","shape":[2],"data_offsets":[0])"),
        std::string(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"),
        std::string(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"),
        std::string(R"("dtype":"F32","shape":[2.5],"data_offsets":[0,8])"),
        std::string(R"("dtype":"F32","shape":2,"data_offsets":[0,8])"),
        std::string(R"("dtype":"F31","shape":[2],"data_offsets":[0,8])"),
        std::string(R"("dtype":7,"shape":[2],"data_offsets":[0,8])"),
        std::string(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"),
        std::string(R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])"),
        // Products that overflow to 8, or to 0.
        std::string(R"("dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8])"),
        std::string(R"("dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0])")})
    EXPECT_NE(refusal(one(fields), eight).find("makes no sense"), std::string::npos) << fields;
  EXPECT_NE(refusal(R"({"a":5})", "").find("makes no sense"), std::string::npos);
}

TEST_F(SafetensorsTest, ValuesThatOverlapOrLeaveGapsOrEndEarlyAreRefused) {
  const auto two = [](int begin) {
    return fmt::format(
        R"({{"a":{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}},"b":{{"dtype":"F32","shape":[2],"data_offsets":[{},{}]}}}})",
        begin, begin + 8);
  };
  EXPECT_NO_THROW(Safetensors(write(two(8), std::string(16, '\0'))));
  EXPECT_NE(refusal(two(4), std::string(12, '\0')).find("overlap"), std::string::npos);
  EXPECT_NE(refusal(two(0), std::string(8, '\0')).find("overlap"), std::string::npos);
  EXPECT_NE(refusal(two(12), std::string(20, '\0')).find("gap"), std::string::npos);
  EXPECT_NE(refusal(two(8), std::string(15, '\0')).find("16 bytes"), std::string::npos);
  EXPECT_NE(refusal(two(8), std::string(17, '\0')).find("16 bytes"), std::string::npos);
}

TEST_F(SafetensorsTest, RandomDamageIsReadOrRefusedAndNothingElse) {
  const std::string header =
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[2,2],"data_offsets":[8,16]}})";
  const std::uint64_t length = header.size();
  const std::string whole =
      std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(16, '\1');
  SplitMix64 random(1);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    std::string damaged = whole;
    for (std::uint64_t i = 0; i <= random.below(3); ++i)
      damaged[random.below(damaged.size())] = char(random.below(256));
    if (random.below(8) == 0) damaged.resize(random.below(damaged.size()));
    {
      std::ofstream out(folder_ / "damaged.safetensors", std::ios::binary);
      out << damaged;
    }
    try {
      Safetensors file(folder_ / "damaged.safetensors");
      std::vector<float> values(4);
      const std::int64_t shape[] = {2, 2};
      file.read("b", shape, values);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      ++refused;
    }
  }
  EXPECT_GT(refused, 150);
}

TEST_F(SafetensorsTest, ReadsWhatItWrites) {
  const auto file = folder_ / "model.safetensors";
  writeSafetensors(file,
                   {{"b", {2, 3}, {1, 2, 3, 4, 5, 6.1f}}, {"a", {2}, {0.1f, -7}, true}, {"none", {0}, {}}},
                   {{"who", "me"}, {"why", "\"\n"}});
  Safetensors read(file);
  EXPECT_EQ(read.metadata(), (std::map<std::string, std::string>{{"who", "me"}, {"why", "\"\n"}}));
  EXPECT_EQ(read.tensors().size(), 3u);
  EXPECT_EQ(read.tensors().at("a").type, "F16");
  std::vector<float> six(6), two(2);
  read.read("b", std::vector<std::int64_t>{2, 3}, six);
  EXPECT_EQ(six, (std::vector<float>{1, 2, 3, 4, 5, 6.1f}));
  read.read("a", std::vector<std::int64_t>{2}, two);
  EXPECT_NEAR(two[0], 0.1f, 3e-5f);
  EXPECT_EQ(two[1], -7);
}

}  // namespace
}  // namespace patchpilot
