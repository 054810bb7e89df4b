#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace patchpilot {

/// Turns a sound into a vector such that sounds that are alike lie near each other (L2).
class Embedder {
 public:
  virtual ~Embedder() = default;

  /// Kind and version; a library keeps both, and vectors of two kinds are never compared.
  virtual std::string name() const = 0;
  virtual int version() const = 0;

  virtual int dimension() const = 0;

  /// Embeds a stereo sound at 44.1 kHz that begins with its note. Safe to call from several threads.
  /// @param left, right  of equal length, any length; beyond the end it is silent
  /// @param vector       dimension() values
  virtual void embed(std::span<const float> left, std::span<const float> right,
                     std::span<float> vector) const = 0;

  /// The same for a sound whose note is known, or believed to be: an embedder that makes use of it tells
  /// better what is alike whatever the note.
  /// @param note  MIDI
  virtual void embedNote(std::span<const float> left, std::span<const float> right,
                         [[maybe_unused]] std::optional<int> note, std::span<float> vector) const {
    embed(left, right, vector);
  }
};

/// The name of the one that needs no network.
inline constexpr const char* kMelEnvelopeName = "mel-envelope";

/// What is known of an embedder without opening its network.
struct EmbedderInfo {
  std::string name;
  int version = 1;
  int dimension = 0;
  std::string weights;  ///< hash of the files of its network; empty where it has none, or nobody knows

  bool operator==(const EmbedderInfo&) const = default;
};

/// Whether vectors of two can be compared. Weights that nobody knows count as the same.
bool areComparable(const EmbedderInfo& a, const EmbedderInfo& b);

/// Says which embedder `makeEmbedder` would make, and opens no network. @throws as it does, weights that are
/// damaged aside
EmbedderInfo embedderInfo(const std::string& name, std::optional<int> version = std::nullopt);

/// The embedder of that name: `kMelEnvelopeName`, or one of a model's (see `models`), whose network is opened
/// now.
/// @param version  the one that this program has, where none is given
/// @throws Error (input) where this program has none of that name or version, or its weights are missing or
/// damaged; Error (system) where it has no networks
std::unique_ptr<Embedder> makeEmbedder(const std::string& name = kMelEnvelopeName,
                                       std::optional<int> version = std::nullopt);

/// The embedder by which a library's vectors were made.
/// @param library  its file, for what is said
/// @throws as above, and Error (input) where the weights on this machine, or the length of its vectors, are
/// others
std::unique_ptr<Embedder> makeEmbedder(const EmbedderInfo& wanted, const std::string& library);

}  // namespace patchpilot
