#include "eval/rows.h"

#include "base/error.h"
#include "propose/proposers.h"

#include <algorithm>
#include <set>

namespace patchpilot {

namespace fs = std::filesystem;

std::vector<std::string> libraryFiles(const EvaluationOptions& options) {
  std::vector<std::string> files;
  for (const auto& group : options.libraries)
    for (const auto& file : group)
      if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  return files;
}

namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// A name for each library: its file's, or the path where two files have one name.
std::vector<std::string> libraryNames(const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) {
    const std::string name = fs::path(file).filename().string();
    const auto same = std::count_if(files.begin(), files.end(),
                                    [&](const auto& f) { return fs::path(f).filename().string() == name; });
    names.push_back(same > 1 ? file : name);
  }
  return names;
}

class RowMaker {
 public:
  RowMaker(const EvaluationOptions& options, const Sources& sources)
      : options_(options), sources_(sources), files_(libraryFiles(options)), names_(libraryNames(files_)) {}

  std::vector<EvaluationRow> rows() {
    add({"floor", EvaluationRow::Role::floor, "", {}, kFloorRenders, {}});
    for (const auto& libraries : groups())
      addOnce("random " + spaces(libraries), EvaluationRow::Role::random, libraries, 0);
    for (const int renders : options_.renders) {
      for (const auto& libraries : groups())
        // The best of one is the random row's.
        if (renders > 1 && options_.baseline)
          addOnce(fmt::format("best of {} random {}", renders, spaces(libraries)),
                  EvaluationRow::Role::baseline, libraries, renders);
      for (const auto& method : options_.methods)
        for (const auto& libraries : groups()) addMethod(method, libraries, renders);
    }
    if (options_.oracle)
      for (const auto& libraries : groups())
        add({fmt::format("oracle {}", library(libraries)),
             EvaluationRow::Role::oracle,
             "oracle",
             libraries,
             0,
             {}});
    return std::move(rows_);
  }

 private:
  /// As they are opened for the first embedder.
  std::vector<std::vector<std::size_t>> groups() const {
    std::vector<std::vector<std::size_t>> result;
    for (const auto& group : options_.libraries) {
      auto& indices = result.emplace_back();
      for (const auto& file : group)
        indices.push_back(std::size_t(std::find(files_.begin(), files_.end(), file) - files_.begin()));
    }
    return result;
  }

  /// A row for each embedder, where the method searches by one.
  void addMethod(const std::string& method, const std::vector<std::size_t>& libraries, int renders) {
    const auto proposers = parseMethod(method).proposers;
    const bool retrieves = std::find(proposers.begin(), proposers.end(), "retrieval") != proposers.end(),
               embeds = retrieves && !options_.embedders.empty();
    for (std::size_t e = 0; e < (embeds ? options_.embedders.size() : 1); ++e) {
      const std::string by = embeds ? " by " + options_.embedders[e] : "";
      std::vector<std::size_t> opened = libraries;
      for (std::size_t& index : opened) index += e * files_.size();
      const std::string id = fmt::format("{} {}{}, {} render{}", method, library(libraries), by, renders,
                                         renders > 1 ? "s" : "");
      add({id, EvaluationRow::Role::method, method, opened, renders, {}});
      if (options_.shuffled)
        add({"shuffled " + id, EvaluationRow::Role::shuffled, method, opened, renders, {}});
    }
  }

  std::string library(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> words;
    for (const std::size_t index : indices) words.push_back(names_[index % files_.size()]);
    return joined(words, " + ");
  }

  std::string spaces(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> words;
    for (const std::size_t index : indices) {
      const std::string& name = sources_.libraries[index].library.settings().spaceName;
      if (std::find(words.begin(), words.end(), name) == words.end()) words.push_back(name);
    }
    return joined(words, " + ");
  }

  std::set<std::size_t> synths(const std::vector<std::size_t>& libraries) const {
    std::set<std::size_t> result;
    for (const std::size_t index : libraries) result.insert(sources_.libraries[index].synth);
    return result;
  }

  void add(EvaluationRow row) {
    for (const EvaluationRow& other : rows_)
      if (other.role == EvaluationRow::Role::random && !row.libraries.empty() &&
          synths(other.libraries) == synths(row.libraries))
        row.random = other.id;
    if (row.role == EvaluationRow::Role::random) row.random = row.id;
    rows_.push_back(std::move(row));
  }

  /// Random draws: libraries of the same synths have the same ones. Two synths of one space, over two bases,
  /// have not.
  void addOnce(std::string id, EvaluationRow::Role role, std::vector<std::size_t> libraries, int renders) {
    for (const EvaluationRow& other : rows_) {
      if (other.role != role || other.renders != renders) continue;
      if (synths(other.libraries) == synths(libraries)) return;
      if (other.id == id) id += " of " + library(libraries);
    }
    add({std::move(id), role, "random", std::move(libraries), renders, {}});
  }

  const EvaluationOptions& options_;
  const Sources& sources_;
  std::vector<std::string> files_, names_;
  std::vector<EvaluationRow> rows_;
};

}  // namespace

std::vector<EvaluationRow> evaluationRows(const EvaluationOptions& options, const Sources& sources) {
  return RowMaker(options, sources).rows();
}

}  // namespace patchpilot
