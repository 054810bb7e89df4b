#include "library/patch_store.h"

#include "library/schema.h"
#include "library/state_store.h"

namespace patchpilot {

std::int64_t PatchStore::insert(const Patch& patch, std::optional<std::uint64_t> attempt) {
  const FlatPatch kept = flat(patch);
  const std::int64_t state = kept.state.empty() ? 0 : StateStore(file_).put(kept.state);
  auto insert =
      file_.database.prepare("INSERT INTO patches (attempt, parameters, state, source) VALUES (?, ?, ?, ?)");
  insert.bindFloats(2, kept.values).bind(4, patch.source);
  if (attempt) insert.bind(1, std::int64_t(*attempt));
  if (state != 0) insert.bind(3, state);
  insert.run();
  return file_.database.lastRowId();
}

Patch PatchStore::get(std::int64_t id) {
  auto select =
      file_.database.prepare("SELECT parameters, state, source, typeof(state) FROM patches WHERE id = ?");
  if (!select.bind(1, id).step()) failInput("{} has no patch {}", file_.path.string(), id);
  const bool apart = select.text(3) == "integer";
  if (select.size(0) == 0 && select.size(1) == 0 && formatOf(file_.database) == kIndexFormat)
    failInput("{} is an index: it names the preset {}, and does not hold it", file_.path.string(),
              select.text(2));
  return patchOf({select.floats(0), apart ? StateStore(file_).get(select.integer(1)) : select.bytes(1)},
                 select.text(2));
}

std::vector<std::int64_t> PatchStore::ids() {
  auto select = file_.database.prepare("SELECT id FROM patches ORDER BY id");
  std::vector<std::int64_t> ids;
  while (select.step()) ids.push_back(select.integer(0));
  return ids;
}

std::string PatchStore::source(std::int64_t id) {
  auto select = file_.database.prepare("SELECT source FROM patches WHERE id = ?");
  return select.bind(1, id).step() ? select.text(0) : std::string();
}

std::string PatchStore::stateHash(std::int64_t id) {
  auto select = file_.database.prepare(
      "SELECT states.hash FROM patches JOIN states ON states.id = patches.state WHERE patches.id = ?");
  return select.bind(1, id).step() ? select.text(0) : std::string();
}

}  // namespace patchpilot
