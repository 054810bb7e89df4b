#include "app/commands.h"
#include "app/synth_options.h"
#include "audio/audibility.h"
#include "audio/file.h"
#include "audio/level.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "synth/render_pool.h"

#include <fmt/format.h>

namespace patchpilot {

namespace {

struct RenderArguments {
  SynthArguments synth;
  std::string patch;
  std::string program;
  std::optional<std::uint64_t> random;
  Note note;
  double duration = 4;
  std::string out;
  bool json = false;
};

Patch patchToRender(const RenderArguments& options, const Synth& synth) {
  if (!options.patch.empty()) return readPatchFile(options.patch, synth.space(), synth, options.program);
  if (options.random) return Patch::point(synth.space().draw(*options.random, 0));
  return {};
}

void renderPatch(const RenderArguments& options) {
  const Synth synth(loadSpace(options.synth.space), synthOptions(options.synth));
  const Patch patch = patchToRender(options, synth);
  if (patch.isPreset()) noteMissingFiles(options.patch, patch.preset().state);
  const AudioBuffer audio = renderOnce(synth, patch, options.note, options.duration, interruptToken());
  if (containsNonFinite(audio)) failPlugin("{} gave samples that are no numbers", synth.plugin().name);
  writeWav(options.out, audio);
  const double level = rmsDb(audio), top = amplitudeToDb(peak(audio));
  if (options.json)
    printJson({{"file", options.out}, {"seconds", audio.seconds()}, {"rms_db", level}, {"peak_db", top}});
  else
    fmt::print("{}: {:g} s of {}, {:.1f} dB RMS, peak {:.1f} dB{}\n", options.out, audio.seconds(),
               synth.plugin().name, level, top, isSilent(audio) ? " (silent)" : "");
}

}  // namespace

void addRenderCommand(const Command& app) {
  auto o = std::make_shared<RenderArguments>();
  const auto command = app.subcommand("render", "Play one note of a patch and write what is heard");
  addSynthOptions(command, o->synth);
  addTempoOption(command, o->synth);
  const auto patch = command.option(
      "--patch", o->patch, "Patch to play: .json, .vstpreset, .fxp or .lv2 preset; the base without it");
  command
      .option("--program", o->program, "Which preset, where the file holds several: its name, number or URI")
      .needs(patch);
  command.option("--random", o->random, "Play a patch drawn from the space with this seed instead")
      .excludes(patch);
  command.option("--note", o->note.midi, "MIDI note, or its name; C4 is 60").midiNote().showDefault();
  addVelocityOption(command, o->note.velocity);
  addLengthOptions(command, o->note.lengthSeconds, o->duration, 0.01);
  command.option("-o,--out", o->out, "The .wav to write").required();
  command.flag("--json", o->json, "Print JSON");
  command.run([o] { renderPatch(*o); });
}

}  // namespace patchpilot
