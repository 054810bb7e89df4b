#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace patchpilot {

struct DownloadOptions {
  /// That the file must have; empty: see `download`.
  std::string sha256;
  /// Told of bytes that have arrived, those of earlier runs included; `total` is 0 if it is not known.
  std::function<void(std::uint64_t done, std::uint64_t total)> onProgress;
  std::stop_token stop;
};

/// How a download ended.
struct Download {
  bool finished = false;      ///< false if it was stopped; what arrived is kept for the next run
  std::uint64_t bytes = 0;    ///< of the file
  std::uint64_t resumed = 0;  ///< bytes that an earlier run had fetched
  std::string sha256;
  bool checked = false;  ///< whether somebody said what the SHA-256 must be
};

/// Fetches a file. It appears at `file` when it is complete and its checksum is right. What has arrived is
/// kept in a hidden file beside it, so that the next run goes on there, unless the file at the address has
/// changed. A connection that breaks is opened again as long as each one brings bytes.
///
/// The SHA-256 that the file must have is the caller's, else the one that the server states
/// (`X-Linked-ETag`, as Hugging Face does), else the first word of the file ADDRESS.sha256 (as `sha256sum`
/// writes it), else none.
/// @param address  http://, https://, file:// or a path. Redirects are followed. The proxy is that of the
///                 environment variables http_proxy, https_proxy and no_proxy
/// @throws Error (input) if there is no such file, or its checksum is wrong; Error (system) if the server
/// cannot be reached, the connection breaks, another process fetches the same file, or it cannot be written
Download download(const std::string& address, const std::filesystem::path& file,
                  const DownloadOptions& options = {});

}  // namespace patchpilot
