#include "web/page_files.h"

#include "base/files.h"

namespace patchpilot {

namespace fs = std::filesystem;

namespace {

std::string typeOf(const fs::path& file) {
  static const std::map<std::string, std::string> kTypes = {{".html", "text/html; charset=utf-8"},
                                                            {".js", "text/javascript; charset=utf-8"},
                                                            {".mjs", "text/javascript; charset=utf-8"},
                                                            {".css", "text/css; charset=utf-8"},
                                                            {".svg", "image/svg+xml"},
                                                            {".png", "image/png"},
                                                            {".ico", "image/x-icon"},
                                                            {".woff2", "font/woff2"},
                                                            {".json", "application/json"},
                                                            {".webmanifest", "application/manifest+json"},
                                                            {".txt", "text/plain; charset=utf-8"},
                                                            {".wasm", "application/wasm"},
                                                            {".flac", "audio/flac"},
                                                            {".wav", "audio/wav"},
                                                            {".webp", "image/webp"}};
  const auto found = kTypes.find(file.extension().string());
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

bool accepts(const httplib::Request& request, const char* packing) {
  return request.get_header_value("Accept-Encoding").find(packing) != std::string::npos;
}

}  // namespace

PageFiles::PageFiles(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty() || !fs::is_regular_file(folder / "index.html", ignored)) return;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const fs::path path = entry.path().lexically_relative(folder);
    const Bytes bytes = readFile(entry.path());
    const bool gzip = path.extension() == ".gz", brotli = path.extension() == ".br";
    File& file = files_["/" + (gzip || brotli ? fs::path(path).replace_extension() : path).generic_string()];
    (gzip ? file.gzip : brotli ? file.brotli : file.bytes).assign(bytes.begin(), bytes.end());
    if (gzip || brotli) continue;
    file.type = typeOf(path);
    file.forGood = path.generic_string().starts_with("assets/");  // Vite puts a hash into these names
  }
  std::erase_if(files_, [](const auto& file) { return file.second.type.empty(); });
}

bool PageFiles::answer(Call& call) const {
  const auto found = files_.find(call.request.path == "/" ? "/index.html" : call.request.path);
  if (found == files_.end()) return false;
  const File& file = found->second;
  call.response.set_header("Cache-Control",
                           file.forGood ? "public, max-age=31536000, immutable" : "no-cache");
  const std::string* bytes = &file.bytes;
  if (!file.gzip.empty() || !file.brotli.empty()) call.response.set_header("Vary", "Accept-Encoding");
  for (const auto& [packed, name] : {std::pair{&file.brotli, "br"}, std::pair{&file.gzip, "gzip"}}) {
    if (packed->empty() || !accepts(call.request, name)) continue;
    call.response.set_header("Content-Encoding", name);
    bytes = packed;
    break;
  }
  call.answerBytes(*bytes, file.type);
  return true;
}

}  // namespace patchpilot
