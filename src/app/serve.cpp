#include "app/commands.h"
#include "app/version.h"
#include "base/interrupt.h"
#include "base/places.h"
#include "library/installed.h"
#include "match/sources.h"
#include "web/job.h"
#include "web/server.h"

#include <fmt/format.h>

#include <cstdio>

namespace patchpilot {

namespace {

struct ServeArguments {
  ServerOptions server;
  std::string data;
  std::vector<std::string> hostNames;
};

void servePage(const ServeArguments& options) {
  ServerOptions server = options.server;
  for (std::string& library : server.libraries) library = resolveLibrary(library).string();
  if (server.libraries.empty())
    server.libraries = usableLibraries(
        installedLibraries(), {}, [](const std::string& note) { fmt::print(stderr, "note: {}\n", note); });
  server.data = options.data.empty() ? dataFolder() / "web" : std::filesystem::path(options.data);
  server.program = programFile();
  server.page = pageFolder();
  server.examples = examplesFolder();
  server.version = kVersion;
  for (const std::string& name : options.hostNames) server.hosts.add(name);
  WebServer web(std::move(server));
  if (!web.hasPage())
    fmt::print(stderr,
               "note: the page is not built, only its interface answers: run 'npm ci && npm run build' in "
               "the folder web\n");
  fmt::print("Patch Pilot is at http://127.0.0.1:{}/ (Ctrl-C ends it)\n", web.port());
  std::fflush(stdout);
  web.run(interruptToken());
  setInterrupted(false);  // Ctrl-C is how it ends
}

}  // namespace

void addServeCommand(const Command& app) {
  auto o = std::make_shared<ServeArguments>();
  const auto command = app.subcommand(
      "serve",
      "Open a page for the browser on this machine: drop a sound, hear what is found, take the preset");
  command.option("--port", o->server.port, "Port to listen at; 0: any that is free")
      .range(0, 65535)
      .showDefault();
  command.option("--host-name", o->hostNames,
                 "Name under which a browser may ask for the page besides this machine's own, as a "
                 "forwarded port or a proxy needs it: studio.local, localhost:9000 (may be repeated)");
  command.option(
      "--library", o->server.libraries,
      "Library to offer, besides those built on the page (those of 'library list' if none is named)");
  command
      .option("--matches", o->server.matchesAtOnce,
              "Matches that run at a time, each with its share of the cores (default: two)")
      .range(1, 64);
  command.option("--data", o->data,
                 "Folder for sounds, matches and libraries (default: patchpilot/web among the user's data)");
  command
      .option("--idle", o->server.idleSeconds,
              "End when nobody has asked for anything for so many seconds and nothing runs; 0: never")
      .range(0.0, 1e6);
  command.run([o] { servePage(*o); });

  // What the server starts; nobody else has a use for it.
  app.hiddenSubcommand(kJobCommand).run([] { runJob(); });
}

}  // namespace patchpilot
