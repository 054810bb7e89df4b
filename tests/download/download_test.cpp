#include "download/download.h"

#include "base/error.h"
#include "base/files.h"
#include "download/sha256.h"
#include "temporary_folder.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <stop_token>
#include <thread>

namespace patchpilot {
namespace {

std::string someText(std::size_t size) {
  std::string text;
  while (text.size() < size) text += std::to_string(text.size()) + ",";
  return text.substr(0, size);
}

std::string sha256(const std::string& text) {
  Sha256 hash;
  hash.add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return hash.digest();
}

/// A web server on this machine that serves one file.
class FileServer {
 public:
  explicit FileServer(std::string text) : text_(std::move(text)) {
    server_.Get("/file", [this](const httplib::Request& request, httplib::Response& response) {
      ++requests;
      ranges += request.get_header_value("Range") + ";";
      response.set_header("ETag", "\"" + tag + "\"");
      if (!stated.empty()) response.set_header("X-Linked-ETag", "\"" + stated + "\"");
      const bool fresh = request.get_header_value("If-Range") == "\"" + tag + "\"";
      if (request.has_header("Range") && !fresh) const_cast<httplib::Request&>(request).ranges.clear();
      if (request.has_header("Range") && fresh) response.status = 206;
      response.set_content_provider(
          text_.size(), "application/octet-stream",
          [this](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
            const std::size_t end = breakAt > 0 ? std::min(offset + length, breakAt.load()) : offset + length;
            if (end > offset) sink.write(text_.data() + offset, std::min<std::size_t>(end - offset, 4096));
            return end > offset;
          });
    });
    server_.Get("/moved",
                [](const httplib::Request&, httplib::Response& response) { response.set_redirect("/file"); });
    server_.Get("/circle", [](const httplib::Request&, httplib::Response& response) {
      response.set_redirect("/circle");
    });
    server_.Get("/file.sha256", [this](const httplib::Request&, httplib::Response& response) {
      if (published.empty()) response.status = 404;
      else response.set_content(published + "  file\n", "text/plain");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~FileServer() {
    server_.stop();
    thread_.join();
  }

  std::string address(const std::string& path = "/file") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  void replace(std::string text, std::string newTag) {
    text_ = std::move(text);
    tag = std::move(newTag);
  }

  std::string tag = "one", stated, published, ranges;
  std::atomic<std::size_t> breakAt = 0;  ///< no byte from there on is sent
  std::atomic<int> requests = 0;

 private:
  std::string text_;
  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
};

std::string messageOf(const std::string& address, const std::filesystem::path& file,
                      const DownloadOptions& options = {}) {
  try {
    download(address, file, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(isSha256(sha256("")));
  EXPECT_FALSE(isSha256("ba7816"));
}

TEST(Download, FetchesAFileThroughRedirectsAndLeavesNothingElse) {
  FileServer server(someText(100'000));
  const TemporaryFolder folder;
  std::uint64_t last = 0, total = 0;
  DownloadOptions options;
  options.onProgress = [&](std::uint64_t done, std::uint64_t all) { last = done, total = all; };
  const Download fetched = download(server.address("/moved"), folder / "new/file", options);
  EXPECT_TRUE(fetched.finished);
  EXPECT_FALSE(fetched.checked) << "nobody said what its checksum is";
  EXPECT_EQ(readTextFile(folder / "new/file"), someText(100'000));
  EXPECT_EQ(fetched.sha256, sha256(someText(100'000)));
  EXPECT_EQ(last, 100'000u);
  EXPECT_EQ(total, 100'000u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "new"), {}), 1);
  EXPECT_NE(messageOf(server.address("/circle"), folder / "x").find("more than 10 times"), std::string::npos);
}

TEST(Download, GoesOnWhereABrokenConnectionStopped) {
  FileServer server(someText(100'000));
  const TemporaryFolder folder;
  server.breakAt = 40'960;
  const std::string message = messageOf(server.address(), folder / "file");
  EXPECT_NE(message.find("it goes on where it stopped"), std::string::npos) << message;
  EXPECT_FALSE(std::filesystem::exists(folder / "file"));
  server.breakAt = 0;
  const Download fetched = download(server.address(), folder / "file");
  EXPECT_EQ(fetched.resumed, 40'960u);
  EXPECT_EQ(readTextFile(folder / "file"), someText(100'000));
  EXPECT_TRUE(server.ranges.ends_with("bytes=40960-;")) << server.ranges;
}

TEST(Download, BeginsAnewWhenTheFileHasChangedMeanwhile) {
  FileServer server(someText(100'000));
  const TemporaryFolder folder;
  server.breakAt = 40'960;
  messageOf(server.address(), folder / "file");
  server.replace("something else", "two");
  server.breakAt = 0;
  download(server.address(), folder / "file");
  EXPECT_EQ(readTextFile(folder / "file"), "something else");
}

TEST(Download, StopsWhenAskedAndKeepsWhatArrived) {
  FileServer server(someText(100'000));
  const TemporaryFolder folder;
  std::stop_source stop;
  DownloadOptions options;
  options.stop = stop.get_token();
  options.onProgress = [&](std::uint64_t done, std::uint64_t) {
    if (done > 20'000) stop.request_stop();
  };
  EXPECT_FALSE(download(server.address(), folder / "file", options).finished);
  const Download fetched = download(server.address(), folder / "file");
  EXPECT_GT(fetched.resumed, 20'000u);
  EXPECT_EQ(readTextFile(folder / "file"), someText(100'000));
}

TEST(Download, RefusesWhatHasTheWrongChecksum) {
  FileServer server("hello");
  const TemporaryFolder folder;
  const std::string wrong = sha256("other"), right = sha256("hello");
  server.stated = wrong;
  EXPECT_NE(messageOf(server.address(), folder / "file").find("must have " + wrong), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  server.stated = right;
  EXPECT_TRUE(download(server.address(), folder / "file").checked);
  server.stated.clear();
  server.published = wrong;
  EXPECT_NE(messageOf(server.address(), folder / "file").find("must have " + wrong), std::string::npos);
  server.published = right;
  EXPECT_TRUE(download(server.address(), folder / "file").checked);
  DownloadOptions options;
  options.sha256 = wrong;
  EXPECT_NE(messageOf(server.address(), folder / "file", options).find("must have " + wrong),
            std::string::npos)
      << "the caller's counts before the server's";
}

TEST(Download, SaysWhyThereIsNoFile) {
  FileServer server("hello");
  const TemporaryFolder folder;
  EXPECT_NE(messageOf(server.address("/none"), folder / "file").find("answers 404"), std::string::npos);
  EXPECT_NE(messageOf("http://127.0.0.1:9/file", folder / "file").find("cannot be fetched"),
            std::string::npos);
  EXPECT_NE(messageOf((folder / "none").string(), folder / "file").find("no such file"), std::string::npos);
}

TEST(Download, CopiesAFileOfThisMachine) {
  const TemporaryFolder folder;
  writeFileAtomically(folder / "source", std::string_view("hello"));
  EXPECT_FALSE(download("file://" + (folder / "source").string(), folder / "file").checked);
  EXPECT_EQ(readTextFile(folder / "file"), "hello");
  writeFileAtomically(folder / "source.sha256", std::string_view(sha256("hello") + "  source\n"));
  EXPECT_TRUE(download((folder / "source").string(), folder / "again").checked);
}

}  // namespace
}  // namespace patchpilot
