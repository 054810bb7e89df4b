#include "daw/preset_files.h"

#include "base/error.h"
#include "temporary_folder.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace patchpilot {
namespace {

namespace fs = std::filesystem;

class PresetFiles : public testing::Test {
 protected:
  void SetUp() override { ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("XDG_CACHE_HOME"); }

  static Bytes zipOf(const std::vector<std::pair<std::string, std::string>>& files) {
    Bytes bytes(1 << 16);
    std::size_t used = 0;
    archive* zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_open_memory(zip, bytes.data(), bytes.size(), &used);
    for (const auto& [name, text] : files) {
      archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, name.c_str());
      archive_entry_set_size(entry, la_int64_t(text.size()));
      archive_entry_set_filetype(entry, AE_IFREG);
      archive_entry_set_perm(entry, 0644);
      archive_write_header(zip, entry);
      archive_write_data(zip, text.data(), text.size());
      archive_entry_free(entry);
    }
    archive_write_close(zip);
    archive_write_free(zip);
    bytes.resize(used);
    return bytes;
  }

  const TemporaryFolder folder_;
};

TEST_F(PresetFiles, AreWrittenUnderTheirNames) {
  const fs::path file = savePresetFile("match 1", "Bass 1.vstpreset", Bytes{'V', 'S', 'T', '3', 1});
  EXPECT_EQ(file.filename(), "Bass 1.vstpreset");
  EXPECT_TRUE(file.string().starts_with(folder_.path().string())) << file;
  EXPECT_EQ(readTextFile(file), "VST3\1");
  const fs::path other = savePresetFile("match 2", "Bass 1.vstpreset", Bytes{'V', 'S', 'T', '3', 2});
  EXPECT_NE(file, other);
  EXPECT_EQ(savePresetFile("match 1", "../../Bass 1.vstpreset", Bytes{'a'}), file)
      << "no path is taken from a name";
  EXPECT_THROW(savePresetFile("match 1", "..", Bytes{'a'}), Error);
  EXPECT_THROW(savePresetFile("match 1", "", Bytes{'a'}), Error);
}

TEST_F(PresetFiles, UnpackABundle) {
  const Bytes zip =
      zipOf({{"Bass 1/01.lv2/manifest.ttl", "manifest"}, {"Bass 1/01.lv2/preset.ttl", "preset"}});
  for (int i = 0; i < 2; ++i) {  // and again
    const fs::path bundle = savePresetFile("match 1", "Bass 1.lv2", zip);
    EXPECT_EQ(bundle.filename(), "Bass 1.lv2");
    EXPECT_EQ(readTextFile(bundle / "manifest.ttl"), "manifest");
    EXPECT_EQ(readTextFile(bundle / "preset.ttl"), "preset");
  }
}

TEST_F(PresetFiles, RefuseABundleThatIsDamagedOrLeadsOut) {
  for (const char* name : {"../evil.ttl", "/tmp/evil.ttl", "a/../../evil.ttl"})
    EXPECT_THROW(savePresetFile("match 1", "Bass.lv2", zipOf({{name, "evil"}})), Error) << name;
  EXPECT_THROW(savePresetFile("match 1", "Bass.lv2", zipOf({})), Error);
  Bytes zip = zipOf({{"Bass/manifest.ttl", std::string(3000, 'x')}});
  zip.resize(zip.size() / 2);
  EXPECT_THROW(savePresetFile("match 1", "Bass.lv2", zip), Error);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) files += entry.is_regular_file();
  EXPECT_EQ(files, 0u) << "nothing is left of them";
}

TEST_F(PresetFiles, RemoveWhatIsOlderThanAWeek) {
  const fs::path old = savePresetFile("old", "Old.fxp", Bytes{'a'}),
                 young = savePresetFile("young", "Young.fxp", Bytes{'a'});
  fs::last_write_time(old.parent_path(), fs::file_time_type::clock::now() - std::chrono::hours(8 * 24));
  savePresetFile("new", "New.fxp", Bytes{'a'});
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(young));
}

}  // namespace
}  // namespace patchpilot
