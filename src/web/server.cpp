#include "web/server.h"

#include "base/patience.h"
#include "base/server_address.h"
#include "features/metric.h"
#include "listen/objective.h"
#include "propose/proposers.h"
#include "web/candidates.h"
#include "web/http_error.h"
#include "web/openapi_document.h"
#include "web/page_files.h"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <atomic>
#include <set>
#include <thread>

namespace patchpilot {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// An event stream holds one for as long as it lasts.
constexpr std::size_t kThreads = 48;
constexpr int kMostStreams = 24;
constexpr int kBacklog = 128;

/// How long a stream is silent at most, and how long it waits after each event for more to tell at once.
constexpr double kHeartbeatSeconds = 10, kPauseSeconds = 0.25;

/// How often it looks whether it is to end.
constexpr double kLookSeconds = 0.02;

/// httplib keeps 5 connections waiting; a browser opens more at a time, and the sixth would wait a second.
class LoopbackServer : public httplib::Server {
 public:
  void widen() { ::listen(svr_sock_, kBacklog); }

  void answer(httplib::Stream& stream) {
    bool closed = false;
    process_request(stream, true, closed, nullptr);
  }

  /// `stop` where that does something: before it listens it would be forgotten, and twice is a mistake.
  void stopIfListening() {
    if (is_running() && svr_sock_ != INVALID_SOCKET) stop();
  }
};

/// How much a server is used.
struct Use {
  std::atomic<int> connections{0};  ///< that are being answered, event streams among them
  std::atomic<double> last = steadySeconds();
};

/// Counts the connections, each of which is a task.
class CountingPool : public httplib::ThreadPool {
 public:
  CountingPool(std::size_t threads, Use& use) : ThreadPool(threads), use_(use) {}

  void enqueue(std::function<void()> task) override {
    ++use_.connections;
    ThreadPool::enqueue([&use = use_, task = std::move(task)] {
      task();
      use.last = steadySeconds();
      --use.connections;
    });
  }

 private:
  Use& use_;
};

/// In place of httplib's own, which lets a second server listen at the same port and take half of the
/// requests.
void shareNoPort(socket_t descriptor) {
  const int yes = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

std::string event(const char* name, const json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name,
                     data.dump(-1, ' ', false, json::error_handler_t::replace));
}

}  // namespace

struct WebServer::Impl {
  explicit Impl(ServerOptions given)
      : options(std::move(given)),
        store(options.data),
        sounds(store, options.program, options.examples),
        libraries(store, feed, options.program, options.libraries),
        matches(store, feed, options.program, sounds, libraries,
                matchShare(int(std::thread::hardware_concurrency()), options.matchesAtOnce)),
        candidates(store, matches, libraries),
        page(options.page),
        router(
            makeRoutes(), [this](Call& call) { return answerPage(call); }, options.hosts) {}

  std::vector<Route> makeRoutes();
  bool answerPage(Call& call);
  json state();
  void analysis(Call& call);

  /// An event stream. @param news  what has changed after a count, as text; @param over  whether nothing more
  /// comes
  void stream(Call& call, const std::function<std::string(std::uint64_t)>& news,
              const std::function<bool()>& over);
  void streamAll(Call& call);
  void streamMatch(Call& call);
  void streamJob(Call& call);

  /// Whether it may end as it is not used. A job is use, too.
  bool isIdle();

  ServerOptions options;
  Feed feed;
  Store store;
  Sounds sounds;
  Libraries libraries;
  Matches matches;
  Candidates candidates;
  PageFiles page;
  Router router;
  LoopbackServer http;
  int port = 0;
  std::atomic<int> streams{0};
  Use use;
};

bool WebServer::Impl::isIdle() {
  if (options.idleSeconds <= 0) return false;
  if (matches.areBusy() || libraries.areBusy()) use.last = steadySeconds();
  return use.connections == 0 && steadySeconds() - use.last > options.idleSeconds;
}

json WebServer::Impl::state() {
  StateView state = libraries.state();
  state.version = options.version;
  state.data = store.folder().string();
  state.examples = sounds.examples();
  for (const ProposerKind& kind : proposerKinds())
    state.methods.push_back({kind.name, kind.help, kind.needsLibraries});
  state.objectives = objectiveNames();
  for (const Metric& metric : metrics())
    state.metrics.push_back({metric.name, metric.title, metric.digits, metric.higherIsBetter});
  return toJson(state);
}

bool WebServer::Impl::answerPage(Call& call) {
  if (!page.empty() || call.request.path != "/") return page.answer(call);
  call.answerBytes(
      "The page is not built. Run 'npm ci && npm run build' in the folder web, and start Patch Pilot "
      "again.\n",
      "text/plain; charset=utf-8");
  return true;
}

void WebServer::Impl::stream(Call& call, const std::function<std::string(std::uint64_t)>& news,
                             const std::function<bool()>& over) {
  if (++streams > kMostStreams) {
    --streams;
    refuse(503, "more than {} event streams are open; close some", kMostStreams);
  }
  call.response.set_chunked_content_provider(
      "text/event-stream",
      [this, news, over, seen = std::uint64_t(0), first = true](std::size_t,
                                                                httplib::DataSink& sink) mutable {
        // What changes while this is told is told again.
        const std::uint64_t now = first ? feed.wait(0, 0) : feed.wait(seen, kHeartbeatSeconds);
        bool last = true;
        std::string text;
        try {
          last = over() || feed.closed();
          text = news(seen);
        } catch (const std::exception&) {
          // It has been removed: that is the end of it, and nothing may be thrown from here.
        }
        if (text.empty() && (first || now == seen)) text = ": still here\n\n";
        seen = now;
        first = false;
        if (!text.empty() && !sink.write(text.data(), text.size())) return false;
        if (last) sink.done();
        else feed.waitForEnd(kPauseSeconds);
        return true;
      },
      [this](bool) { --streams; });
}

void WebServer::Impl::streamAll(Call& call) {
  stream(
      call,
      [this](std::uint64_t seen) {
        std::string text;
        for (const json& match : matches.changedSince(seen)) text += event("match", match);
        for (const json& job : libraries.changedSince(seen)) text += event("job", job);
        // Who begins to listen has not heard of what is gone.
        if (seen > 0)
          for (const auto& [kind, removed] : feed.removedSince(seen))
            text += event("removed", {{"kind", kind}, {"id", removed}});
        return text;
      },
      [] { return false; });
}

void WebServer::Impl::streamMatch(Call& call) {
  const std::string id = call.names.at("id");
  matches.view(id);  // says that it is not there
  stream(
      call,
      [this, id](std::uint64_t seen) {
        return matches.versionOf(id) > seen || seen == 0 ? event("match", matches.view(id)) : "";
      },
      [this, id] { return matches.isOver(id); });
}

void WebServer::Impl::streamJob(Call& call) {
  const std::string id = call.names.at("id");
  libraries.job(id);
  stream(
      call,
      [this, id](std::uint64_t seen) {
        for (const json& job : libraries.changedSince(seen))
          if (job.at("id") == id) return event("job", job);
        return std::string();
      },
      [this, id] { return libraries.isOver(id); });
}

std::vector<Route> WebServer::Impl::makeRoutes() {
  const auto id = [](const Call& call) { return call.names.at("id"); };
  std::vector<Route> list;
  const auto route = [&](const char* method, const std::string& path, BodyKind body,
                         std::function<void(Call&)> handle) {
    list.push_back({method, "/api/v1" + path, body, std::move(handle)});
  };
  const auto get = [&](const std::string& path, std::function<void(Call&)> handle) {
    route("GET", path, BodyKind::none, std::move(handle));
  };
  const auto post = [&](const std::string& path, BodyKind body, std::function<void(Call&)> handle) {
    route("POST", path, body, std::move(handle));
  };

  get("/state", [this](Call& call) { call.answer(state()); });
  get("/openapi.json", [](Call& call) { call.answerBytes(kOpenApiDocument, "application/json"); });
  get("/events", [this](Call& call) { streamAll(call); });

  post("/sounds", BodyKind::bytes, [this](Call& call) { call.answer(toJson(sounds.add(call)), 201); });
  get("/sounds/{id}", [=, this](Call& call) { call.answer(toJson(sounds.facts(id(call)))); });
  route("DELETE", "/sounds/{id}", BodyKind::none, [=, this](Call& call) {
    matches.removeSound(id(call));
    call.answer(json::object());
  });
  get("/sounds/{id}/audio", [=, this](Call& call) { call.answerFile(sounds.file(id(call)), "audio/wav"); });
  get("/sounds/{id}/analysis",
      [=, this](Call& call) { call.answer(analysisJson(sounds.analysis(id(call), call))); });

  post("/matches", BodyKind::json, [this](Call& call) {
    call.answer({{"id", matches.start(call.body)}}, 202);
  });
  get("/matches", [this](Call& call) { call.answer(matches.list()); });
  get("/matches/{id}", [=, this](Call& call) { call.answer(matches.view(id(call))); });
  route("DELETE", "/matches/{id}", BodyKind::none, [=, this](Call& call) {
    matches.remove(id(call));
    call.answer(json::object());
  });
  get("/matches/{id}/events", [this](Call& call) { streamMatch(call); });
  post("/matches/{id}/stop", BodyKind::none, [=, this](Call& call) {
    matches.stop(id(call));
    call.answer(matches.view(id(call)));
  });
  get("/matches/{id}/target",
      [=, this](Call& call) { call.answerFile(matches.folder(id(call)) / "target.wav", "audio/wav"); });
  get("/matches/{id}/zip", [this](Call& call) { candidates.zip(call); });
  const std::string candidate = "/matches/{id}/candidates/{rank}";
  get(candidate + "/audio", [this](Call& call) { candidates.audio(call); });
  get(candidate + "/recipe", [this](Call& call) { candidates.recipe(call); });
  get(candidate + "/parameters", [this](Call& call) { candidates.parameters(call); });
  post(candidate + "/parameters", BodyKind::json, [this](Call& call) { candidates.parameters(call); });
  post(candidate + "/render", BodyKind::json, [this](Call& call) { candidates.render(call); });
  get(candidate + "/presets/{name}", [this](Call& call) { candidates.preset(call); });
  post(candidate + "/presets/{name}", BodyKind::json, [this](Call& call) { candidates.preset(call); });
  post(candidate + "/install", BodyKind::json, [this](Call& call) { candidates.install(call); });

  post("/libraries", BodyKind::json, [this](Call& call) { call.answer(libraries.build(call.body), 202); });
  route("DELETE", "/libraries/{id}", BodyKind::none, [this](Call& call) { candidates.removeLibrary(call); });
  get("/libraries/{id}/map",
      [=, this](Call& call) { call.answerBytes(libraries.map(id(call)), "application/json"); });
  post("/libraries/{id}/open", BodyKind::none, [this](Call& call) { candidates.openSynth(call); });
  post("/libraries/{id}/patches/{patch}/render", BodyKind::json,
       [this](Call& call) { candidates.renderPatch(call); });

  get("/jobs", [this](Call& call) { call.answer(libraries.jobs()); });
  get("/jobs/{id}", [=, this](Call& call) { call.answer(libraries.job(id(call))); });
  get("/jobs/{id}/events", [this](Call& call) { streamJob(call); });
  post("/jobs/{id}/stop", BodyKind::none, [=, this](Call& call) {
    libraries.stop(id(call));
    call.answer(libraries.job(id(call)));
  });
  return list;
}

WebServer::WebServer(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  httplib::Server& http = impl_->http;
  http.new_task_queue = [this] { return new CountingPool(kThreads, impl_->use); };
  http.set_tcp_nodelay(true);
  http.set_socket_options(shareNoPort);
  if (impl_->options.log) http.set_logger(impl_->options.log);
  impl_->router.serve(http, [this] { return impl_->port; });
  const int wanted = impl_->options.port;
  if (wanted == 0) impl_->port = http.bind_to_any_port("127.0.0.1");
  else if (http.bind_to_port("127.0.0.1", wanted)) impl_->port = wanted;
  if (impl_->port <= 0)
    failUsage("port {} is in use; end what uses it, or choose another with --port", wanted);
  impl_->http.widen();
  writeServerAddress(impl_->store.folder(), impl_->port);
}

WebServer::~WebServer() {
  stop();
  removeServerAddress(impl_->store.folder());
}

int WebServer::port() const { return impl_->port; }
bool WebServer::hasPage() const { return !impl_->page.empty(); }
const std::vector<Route>& WebServer::routes() const { return impl_->router.routes(); }

void WebServer::run(const std::stop_token& token) {
  std::atomic<bool> over{false};
  std::thread watch([&] {
    while (!token.stop_requested() && !impl_->feed.closed() && !impl_->isIdle())
      impl_->feed.waitForEnd(kLookSeconds);
    impl_->feed.close();
    while (!over) {
      impl_->http.stopIfListening();
      std::this_thread::sleep_for(std::chrono::duration<double>(kLookSeconds));
    }
  });
  impl_->http.listen_after_bind();
  over = true;
  impl_->feed.close();
  watch.join();
}

void WebServer::answer(httplib::Stream& stream) { impl_->http.answer(stream); }

void WebServer::stop() { impl_->feed.close(); }

}  // namespace patchpilot
