#include "client/server_client.h"

#include "base/error.h"

#include <httplib.h>

#include <csignal>

namespace patchpilot {

namespace {

constexpr const char* kApi = "/api/v1";
constexpr int kConnectSeconds = 2;

std::string percentEncoded(std::string_view text) {
  std::string encoded;
  for (const unsigned char c : text)
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) encoded += char(c);
    else encoded += fmt::format("%{:02X}", c);
  return encoded;
}

/// Addresses of the server's begin with its interface: nothing else is asked for.
void checkAddress(const std::string& address) {
  if (!address.starts_with(std::string(kApi) + "/"))
    failInput("'{}' is no address of Patch Pilot's server", address);
}

}  // namespace

ServerClient::ServerClient(int port, double answerSeconds)
    : port_(port), client_(std::make_unique<httplib::Client>("127.0.0.1", port)) {
  client_->set_connection_timeout(kConnectSeconds);
  client_->set_read_timeout(std::chrono::duration<double>(answerSeconds));
  client_->set_write_timeout(std::chrono::duration<double>(answerSeconds));
  client_->set_tcp_nodelay(true);
}

ServerClient::~ServerClient() = default;

std::string ServerClient::request(const std::string& method, const std::string& address,
                                  const std::string& body, const std::string& type) {
  checkAddress(address);
  if (aborted_) failSystem("stopped");
  httplib::Result result = method == "GET" ? client_->Get(address) : client_->Post(address, body, type);
  if (aborted_) failSystem("stopped");
  if (!result)
    failSystem("Patch Pilot's server at port {} does not answer ({})", port_,
               httplib::to_string(result.error()));
  if (result->status < 200 || result->status >= 300) failInput("{}", problemFrom(result->body));
  return std::move(result->body);
}

ServerState ServerClient::state() {
  return serverStateFrom(request("GET", std::string(kApi) + "/state", "", ""));
}

UploadedSound ServerClient::upload(const std::string& name, const Bytes& bytes) {
  return uploadedSoundFrom(request("POST", fmt::format("{}/sounds?name={}", kApi, percentEncoded(name)),
                                   std::string(bytes.begin(), bytes.end()), "application/octet-stream"));
}

Bytes ServerClient::soundAudio(const std::string& id) {
  return get(fmt::format("{}/sounds/{}/audio", kApi, id));
}

void ServerClient::openSynth(const std::string& library) {
  request("POST", fmt::format("{}/libraries/{}/open", kApi, library), "{}", "application/json");
}

std::string ServerClient::startMatch(const MatchQuestion& question) {
  return idFrom(request("POST", std::string(kApi) + "/matches", questionText(question), "application/json"));
}

ServerMatch ServerClient::match(const std::string& id) {
  return serverMatchFrom(request("GET", fmt::format("{}/matches/{}", kApi, id), "", ""));
}

void ServerClient::stopMatch(const std::string& id) {
  request("POST", fmt::format("{}/matches/{}/stop", kApi, id), "{}", "application/json");
}

Bytes ServerClient::get(const std::string& address) {
  const std::string body = request("GET", address, "", "");
  return Bytes(body.begin(), body.end());
}

std::vector<std::string> ServerClient::install(const MatchedCandidate& candidate) {
  return installedFilesFrom(request("POST", candidate.install, "{}", "application/json"));
}

void ServerClient::abort() {
  aborted_ = true;
  client_->stop();
}

void blockSignalsOfThisThread() {
  sigset_t all;
  ::sigfillset(&all);
  // Those that a fault of the thread's own raises are the host's to handle.
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) ::sigdelset(&all, number);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace patchpilot
