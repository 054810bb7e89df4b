#include "web/page_files.h"

#include "web_fixture.h"

namespace patchpilot {
namespace {

class Page : public WebTest {
 protected:
  Page() {
    std::filesystem::create_directories(places.folder / "page/assets");
    writeFileAtomically(places.folder / "page/index.html", "<!doctype html>");
    writeFileAtomically(places.folder / "page/assets/main-4f3a.js", "plain");
    writeFileAtomically(places.folder / "page/assets/main-4f3a.js.gz", "packed");
    options.page = places.folder / "page";
    open();
    client->set_decompress(false);
  }
};

TEST_F(Page, HasTypesAndLivesAsLongAsItsNameSays) {
  Answer index = getPlace("/");
  EXPECT_EQ(index.body, "<!doctype html>");
  EXPECT_EQ(index.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(index.header("Cache-Control"), "no-cache");
  Answer script = getPlace("/assets/main-4f3a.js");
  EXPECT_EQ(script.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(script.header("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(script.body, "plain") << "a client that takes nothing packed";
  EXPECT_EQ(script.header("Vary"), "Accept-Encoding");
}

TEST_F(Page, ComesPackedToWhoTakesThat) {
  const Answer script =
      answerOf(client->Get("/assets/main-4f3a.js", {{"Accept-Encoding", "gzip, deflate, br"}}));
  EXPECT_EQ(script.header("Content-Encoding"), "gzip");
  EXPECT_EQ(script.body, "packed");
  expectRefused(getPlace("/assets/main-4f3a.js.gz"), 404, "main-4f3a.js.gz");
}

TEST_F(Page, WhereItIsNotBuiltSaysWhatToRun) {
  close();
  options.page = places.folder / "nothing";
  open();
  EXPECT_FALSE(server->hasPage());
  EXPECT_NE(getPlace("/").body.find("npm ci && npm run build"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
