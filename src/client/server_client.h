#pragma once

#include "base/files.h"
#include "client/answers.h"

#include <atomic>
#include <memory>
#include <string>

namespace httplib {
class Client;
}

namespace patchpilot {

/// Talks to a `patchpilot serve` on this machine. Each function sends a request and waits for the answer; all
/// throw Error: (system) if nobody answers or `abort` was called, (input) with the server's message if it
/// refuses. For one thread, but for `abort`.
///
/// It may send to a server that has just ended, so the thread must not be killed by SIGPIPE: see
/// `blockSignalsOfThisThread`.
class ServerClient {
 public:
  /// @param answerSeconds  how long an answer may take: by default as long as a synth that is opened does
  explicit ServerClient(int port, double answerSeconds = 120);
  ~ServerClient();

  int port() const { return port_; }

  ServerState state();

  /// @param bytes  of a sound file of any format. @param name  of the file
  UploadedSound upload(const std::string& name, const Bytes& bytes);

  /// The sound as the server has decoded it: the bytes of a WAV file, 44.1 kHz, stereo.
  Bytes soundAudio(const std::string& id);

  /// Opens the synth of a library ahead of the first note. Returns when it is open.
  void openSynth(const std::string& library);

  /// @return the id of the match
  std::string startMatch(const MatchQuestion& question);
  ServerMatch match(const std::string& id);
  void stopMatch(const std::string& id);

  /// What an address that the server gave holds: a render as WAV, a preset, a packed LV2 bundle.
  Bytes get(const std::string& address);

  /// Puts a candidate's presets where the synth's own browser finds them. @return their files
  std::vector<std::string> install(const MatchedCandidate& candidate);

  /// Ends the request that waits, and all that come, with an error. By any thread.
  void abort();

 private:
  std::string request(const std::string& method, const std::string& address, const std::string& body,
                      const std::string& type);

  int port_;
  std::unique_ptr<httplib::Client> client_;
  std::atomic<bool> aborted_{false};
};

/// For a thread of a library in another program: signals, SIGPIPE among them, are not delivered to it.
void blockSignalsOfThisThread();

}  // namespace patchpilot
