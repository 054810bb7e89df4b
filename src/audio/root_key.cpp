#include "audio/root_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

#include "audio/pitch.h"

namespace patchpilot {
namespace {

constexpr double kChunkWeight = 50, kDefaultWeight = 2, kNameWeight = 8, kNameAboveWeight = 4;
constexpr int kDefaultKey = 60;

bool isLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// The note named at the beginning of a text, as file names write it: also "Cs3" for C#3, and "C-3" for C3,
/// as trackers do.
std::optional<NoteName> noteInName(std::string_view text) {
  std::string plain(text.substr(0, 6));
  if (plain.size() > 2 && plain[1] == 's' && (isDigit(plain[2]) || plain[2] == '-')) plain[1] = '#';
  const auto dash = plain.find('-');
  const bool tracker = dash != std::string::npos && dash <= 2;
  if (tracker) plain.erase(dash, 1);
  auto name = readNoteName(plain);
  if (name && tracker && name->length >= dash) ++name->length;
  return name;
}

std::string printed(int note) { return fmt::format("{} ({})", note, noteName(note)); }

/// A key that may be the note.
struct Likely {
  int note;
  double likelihood;
  std::string source;  ///< what says so; empty if only the sound does
};

/// Every octave of the pitch that was found, as likely as it was found.
std::vector<Likely> octaves(const TargetAnalysis& analysis) {
  constexpr double kUnlikely = 0.02, kLeastHeard = 0.3;
  std::vector<Likely> keys;
  for (const int shift : {0, -12, 12, -24, 24}) {
    const int note = analysis.note + shift;
    if (note < 0 || note > 127) continue;
    double likelihood = kUnlikely;
    for (const NoteGuess& guess : analysis.otherNotes)
      if (guess.note == note) likelihood = std::max(likelihood, guess.confidence);
    // What is heard is what is played, even if another key is likelier.
    if (shift == 0) likelihood = std::max(kLeastHeard, analysis.noteConfidence);
    keys.push_back({note, likelihood, ""});
  }
  return keys;
}

/// Weighs a key that something says. A pitch between two keys is as near to one as to the other.
void weigh(std::vector<Likely>& keys, double pitch, int note, double weight, const std::string& source) {
  constexpr double kNear = 0.65;
  for (Likely& key : keys) {
    const double octave = 12 * std::round((key.note - pitch) / 12);
    if (std::abs(note - (pitch + octave)) > kNear || std::abs(note - key.note) > 1) continue;
    key.note = note;
    key.likelihood *= weight;
    if (key.source.empty()) key.source = source;
    return;
  }
}

void useWithoutPitch(TargetAnalysis& analysis, int note, double confidence, const std::string& source) {
  analysis.note = note;
  analysis.noteConfidence = confidence;
  analysis.fundamentalHz = noteToHz(note);
  std::erase_if(analysis.warnings,
                [](const std::string& warning) { return warning.starts_with("no pitch found"); });
  analysis.warnings.push_back(fmt::format("no pitch found: {} is used, as {} says", printed(note), source));
}

/// Makes the likeliest key the note, and the others guesses.
void choose(TargetAnalysis& analysis, std::vector<Likely> keys) {
  constexpr double kLeast = 0.02, kMost = 0.98;
  double all = 0;
  for (const Likely& key : keys) all += key.likelihood;
  const auto best = std::max_element(
      keys.begin(), keys.end(), [](const Likely& a, const Likely& b) { return a.likelihood < b.likelihood; });
  if (best->source.empty()) return;
  const int heard = analysis.note;
  analysis.note = best->note;
  analysis.noteConfidence = std::min(kMost, std::max(analysis.noteConfidence, best->likelihood / all));
  if (best->note == heard) return;
  analysis.noteConfidence = std::min(kMost, best->likelihood / all);
  analysis.otherNotes.clear();
  for (const Likely& key : keys)
    if (key.note != best->note && key.likelihood / all >= kLeast)
      analysis.otherNotes.push_back({key.note, key.likelihood / all});
  std::stable_sort(analysis.otherNotes.begin(), analysis.otherNotes.end(),
                   [](const NoteGuess& a, const NoteGuess& b) { return a.confidence > b.confidence; });
  analysis.fundamentalHz *= std::exp2(std::round((best->note - hzToNote(analysis.fundamentalHz)) / 12));
  analysis.warnings.push_back(
      fmt::format("{} says key {}, and {} is heard: {} is used; --note {} takes what is heard", best->source,
                  printed(best->note), printed(heard), printed(best->note), heard));
}

}  // namespace

std::vector<int> notesInName(std::string_view name) {
  std::vector<int> notes;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char before = i > 0 ? name[i - 1] : ' ';
    const bool upper = name[i] >= 'A' && name[i] <= 'G';
    const bool begins = !(isLetter(before) || isDigit(before)) || (upper && before >= 'a' && before <= 'z');
    if (!begins) continue;
    const auto note = noteInName(name.substr(i));
    if (!note) continue;
    const std::size_t end = i + note->length;
    if (end < name.size() && (isLetter(name[end]) || isDigit(name[end]))) continue;
    notes.push_back(note->note);
    i = end - 1;
  }
  return notes;
}

void weighRootKeys(TargetAnalysis& analysis, const std::vector<RootKey>& keys, std::string_view name) {
  const std::vector<int> named = notesInName(name);
  if (!analysis.pitched) {
    if (!keys.empty()) useWithoutPitch(analysis, keys.front().note, 0.5, "the " + keys.front().source);
    else if (!named.empty()) useWithoutPitch(analysis, named.front(), 0.3, "the name");
    return;
  }
  std::vector<Likely> likely = octaves(analysis);
  const double pitch = hzToNote(analysis.fundamentalHz);
  std::vector<RootKey> distinct;
  for (const RootKey& key : keys)
    if (std::none_of(distinct.begin(), distinct.end(), [&](const RootKey& k) { return k.note == key.note; }))
      distinct.push_back(key);
  for (const RootKey& key : distinct)
    weigh(likely, pitch, key.note, key.note == kDefaultKey ? kDefaultWeight : kChunkWeight,
          "the " + key.source);
  for (const int note : named) {
    weigh(likely, pitch, note, kNameWeight, "the name");
    if (note + 12 <= 127) weigh(likely, pitch, note + 12, kNameAboveWeight, "the name");
  }
  choose(analysis, std::move(likely));
  for (const RootKey& key : distinct)
    if (key.note != analysis.note)
      analysis.warnings.push_back(
          fmt::format("the {} says key {}, but {} is heard and used; --note {} takes the file's", key.source,
                      printed(key.note), printed(analysis.note), key.note));
}

}  // namespace patchpilot
