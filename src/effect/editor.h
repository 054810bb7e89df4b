#pragma once

#include "effect/candidate_row.h"
#include "effect/look.h"
#include "effect/processor.h"
#include "effect/wave_view.h"

#include <array>
#include <memory>
#include <utility>

namespace patchpilot {

/// The plug-in's window: the sound, the libraries to search, the candidates, and what to do with them, as on
/// the page.
///
/// Keys: space plays or stops, 1 to 5 select a candidate, A and B change between target and candidate, T
/// takes the sound, M matches.
class Editor final : public juce::AudioProcessorEditor,
                     public juce::FileDragAndDropTarget,
                     private juce::Timer {
 public:
  explicit Editor(Processor& processor);
  ~Editor() override;

  void paint(juce::Graphics& g) override;
  void paintOverChildren(juce::Graphics& g) override;
  void resized() override;
  bool keyPressed(const juce::KeyPress& key) override;
  void mouseDown(const juce::MouseEvent&) override { grabKeyboardFocus(); }

  bool isInterestedInFileDrag(const juce::StringArray& files) override { return files.size() == 1; }
  void fileDragEnter(const juce::StringArray&, int, int) override { setDropping(true); }
  void fileDragExit(const juce::StringArray&) override { setDropping(false); }
  void filesDropped(const juce::StringArray& files, int, int) override;

  /// What the timer does: takes over what the session has found.
  void refresh();

 private:
  void timerCallback() override;
  void show(const SessionView& view);
  void showLibraries(const SessionView& view);
  void showMessage(const SessionView& view);
  void chooseLibraries();
  void setDropping(bool dropping);

  int rank() const { return 1 + processor_.candidate().index(); }
  void select(int rank, bool play);
  void setSide(bool candidate);
  void playOrStop();
  void play();
  void matchOrStop();
  void dragPreset(int rank);
  void chooseFile();
  void chooseProgramFile();
  void updateListening();

  Processor& processor_;
  TrackSession& session_;
  Look look_;
  juce::TooltipWindow tooltips_{this, 700};
  SessionView view_;
  using Shown = std::array<int, 6>;
  Shown shown_{-1};  ///< what the components depend on, as they were last shown
  int ticks_ = 0;
  bool side_ = true;  ///< the candidate is heard, not the target
  bool dropping_ = false;
  std::string preparing_;  ///< candidate whose preset was asked for last
  int dragging_ = 0;       ///< rank of the preset that is to be dragged when it is there

  Panel soundPanel_{1, "Sound"}, libraryPanel_{2, "Synth and library"}, candidatePanel_{3, "Candidates"},
      takePanel_{4, "Take it"};
  WaveView wave_;
  juce::Label soundText_;
  juce::TextButton takeSound_{"Take the sound"}, another_{"Another sound"}, openFile_{"Open a file"};
  juce::Viewport librariesView_;
  juce::Component libraryList_;
  std::vector<std::unique_ptr<juce::ToggleButton>> libraries_;
  std::vector<std::string> libraryIds_;
  juce::Label missing_;
  juce::TextButton match_{"Match"};
  std::array<CandidateRow, Processor::kCandidates> rows_{CandidateRow(1), CandidateRow(2), CandidateRow(3),
                                                         CandidateRow(4), CandidateRow(5)};
  juce::TextButton install_{"Install"}, preset_{"Preset"};
  juce::TextButton play_{"Play"}, target_{"A  Target"}, candidate_{"B  Number 1"};
  juce::ToggleButton inTrack_{"In the track, at the playhead"};
  juce::Label message_;
  juce::TextButton act_{"Start"}, dismiss_{"Close"};
  std::unique_ptr<juce::FileChooser> chooser_;
};

}  // namespace patchpilot
