#include "app/match_text.h"

#include "app/candidate_table.h"
#include "app/commands.h"
#include "app/progress.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "match/results.h"
#include "match/sources.h"

#include <fmt/format.h>

namespace patchpilot {

void runTextSearch(const TextSearch& search) {
  if (oneLine(search.text).empty())
    failUsage("--text says nothing; describe a sound, such as \"warm analog brass stab\"");
  StagedDirectory folder(search.out, search.force);
  Sources sources =
      openSources(sourceNames(search.libraries, search.embedder), {.synth = search.synth,
                                                                   .workers = search.workers,
                                                                   .forTexts = true,
                                                                   .onIndex = indexProgress(search.json)});
  std::vector<TextMatch> found = searchByText(sources.searched(), search.text, search.top);
  MatchDocument document =
      writeTextResults(folder.path(), search.text, found, sources.engines, interruptToken());
  for (const std::string& problem : document.skipped) fmt::print(stderr, "skipped: {}\n", problem);
  if (found.empty() && interrupted()) return;
  folder.commit();
  if (search.install) installResults(document, search.out, sources.engines);
  if (search.json) return printJson(toJson(document));
  printCandidates(document, {"SIMILARITY", [](const CandidateFacts& c) {
                               return fmt::format("{:>10.3f}", *c.similarity);
                             }});
  printWritten(document, search.out);
}

}  // namespace patchpilot
