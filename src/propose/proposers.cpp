#include "propose/proposers.h"

#include "base/error.h"
#include "listen/objective.h"
#include "propose/corrector.h"
#include "propose/learned.h"
#include "propose/random.h"
#include "propose/retrieval.h"

#include <algorithm>
#include <cctype>
#include <mutex>

namespace patchpilot {

namespace {

/// The table, which may grow while sessions run.
struct KindTable {
  std::mutex mutex;
  std::vector<ProposerKind> kinds = {
      {"retrieval", "the nearest patches of the libraries, by their embeddings", true,
       [](const ProposerContext& c) -> std::unique_ptr<Proposer> {
         return std::make_unique<RetrievalProposer>(c.libraries, c.leftOut, networkHearing(c));
       }},
      {"random", "patches drawn from the parameter space: what every other method must beat", false,
       [](const ProposerContext& c) -> std::unique_ptr<Proposer> {
         return std::make_unique<RandomProposer>(c);
       }},
      {"flow", "patches that a network draws when it hears the sound; 'patchpilot train flow' makes one",
       false,
       [](const ProposerContext& c) -> std::unique_ptr<Proposer> {
         return std::make_unique<LearnedProposer>(c, "flow");
       }},
      {"regression",
       "the patch that a network answers when it hears the sound; 'patchpilot train regression'", false,
       [](const ProposerContext& c) -> std::unique_ptr<Proposer> {
         return std::make_unique<LearnedProposer>(c, "regression");
       }},
      {"corrector",
       "patches that a network answers when it hears the sound and the render of a candidate; "
       "'patchpilot train corrector'",
       false,
       [](const ProposerContext& c) -> std::unique_ptr<Proposer> {
         return std::make_unique<CorrectorProposer>(c);
       }},
  };
};

KindTable& kindTable() {
  static KindTable table;
  return table;
}

}  // namespace

std::shared_ptr<NetworkHearing> networkHearing(const ProposerContext& context) {
  return context.hearing ? context.hearing
                         : std::make_shared<NetworkHearing>(context.engines, context.models);
}

std::vector<ProposerKind> proposerKinds() {
  KindTable& table = kindTable();
  std::lock_guard lock(table.mutex);
  return table.kinds;
}

void addProposerKind(ProposerKind kind) {
  const auto isPlain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  if (kind.name.empty() || !std::all_of(kind.name.begin(), kind.name.end(), isPlain))
    failUsage("invalid method name '{}': use letters, digits, '-' and '_'", oneLine(kind.name));
  KindTable& table = kindTable();
  std::lock_guard lock(table.mutex);
  const auto known = std::find_if(table.kinds.begin(), table.kinds.end(),
                                  [&](const ProposerKind& other) { return other.name == kind.name; });
  if (known == table.kinds.end()) table.kinds.push_back(std::move(kind));
  else *known = std::move(kind);
}

ProposerKind proposerKind(const std::string& name) {
  std::string all;
  for (const ProposerKind& kind : proposerKinds()) {
    if (kind.name == name) return kind;
    all += (all.empty() ? "" : ", ") + kind.name;
  }
  failUsage("there is no method '{}'; there are: {}", name, all);
}

std::vector<std::shared_ptr<Proposer>> makeProposers(std::span<const std::string> names,
                                                     ProposerContext context) {
  context.hearing = networkHearing(context);
  std::vector<std::shared_ptr<Proposer>> proposers;
  for (const std::string& name : names) proposers.push_back(proposerKind(name).make(context));
  return proposers;
}

Method parseMethod(const std::string& name) {
  Method method;
  const auto colon = name.find(':');
  if (colon != std::string::npos) method.objective = name.substr(colon + 1);
  std::string rest = name.substr(0, colon);
  for (std::size_t plus; (plus = rest.find('+')) != std::string::npos; rest.erase(0, plus + 1))
    method.proposers.push_back(rest.substr(0, plus));
  method.refined = rest == "refine" && !method.proposers.empty();
  if (!method.refined) method.proposers.push_back(rest);
  for (const std::string& proposer : method.proposers) proposerKind(proposer);
  checkObjectiveName(method.objective);
  return method;
}

}  // namespace patchpilot
