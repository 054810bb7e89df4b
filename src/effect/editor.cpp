#include "effect/editor.h"

#include "daw/words.h"

#include <fmt/format.h>

namespace patchpilot {

namespace {

constexpr int kWidth = 960, kHeight = 640, kGap = 12, kHead = 46, kDock = 58, kMessage = 40;
constexpr int kTicksPerSecond = 20;

/// An editor that is opened for a moment, as hosts do when they scan, starts no server.
constexpr int kStartTicks = kTicksPerSecond;
constexpr int kRefreshTicks = 5 * kTicksPerSecond;

juce::String utf8(const std::string& text) { return juce::String(juce::CharPointer_UTF8(text.c_str())); }

juce::String libraryText(const OfferedLibrary& library) {
  if (!library.problem.empty()) return utf8(library.name + ": " + library.problem);
  const std::string patches = fmt::format("{} patch{}", library.patches, library.patches == 1 ? "" : "es");
  return utf8(fmt::format("{}   {}, {}{}", library.synth, library.name, patches,
                          library.building ? ", being built" : ""));
}

}  // namespace

Editor::Editor(Processor& processor)
    : AudioProcessorEditor(processor), processor_(processor), session_(processor.session()) {
  setLookAndFeel(&look_);
  setWantsKeyboardFocus(true);
  setTitle("Patch Pilot");
  for (Panel* panel : {&soundPanel_, &libraryPanel_, &candidatePanel_, &takePanel_}) addAndMakeVisible(panel);

  addAndMakeVisible(wave_);
  wave_.onMark = [this](Part part) { session_.mark(part); };
  wave_.onTake = [this](std::uint64_t begin, std::uint64_t end) { session_.take(begin, end); };
  addAndMakeVisible(takeSound_);
  takeSound_.setTooltip("Takes what has played, and marks the last note (T)");
  takeSound_.onClick = [this] { session_.take(); };
  addChildComponent(another_);
  another_.setTooltip("Listens to the track again");
  another_.onClick = [this] { session_.clear(); };
  addAndMakeVisible(openFile_);
  openFile_.onClick = [this] { chooseFile(); };

  librariesView_.setViewedComponent(&libraryList_, false);
  librariesView_.setScrollBarsShown(true, false);
  addAndMakeVisible(librariesView_);
  addAndMakeVisible(match_);
  match_.onClick = [this] { matchOrStop(); };

  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const int rank = int(i) + 1;
    addAndMakeVisible(rows_[i]);
    rows_[i].onClick = [this, rank] { select(rank, true); };
    rows_[i].onDrag = [this, rank] { dragPreset(rank); };
  }
  addAndMakeVisible(install_);
  install_.getProperties().set(Look::kPrimary, true);
  install_.onClick = [this] { session_.install(rank()); };
  addAndMakeVisible(preset_);
  preset_.setTooltip(
      "Puts the path of the preset's file on the clipboard. Drag a candidate to drag the file.");
  preset_.onClick = [this] {
    if (const auto found = view_.presets.find(rank()); found != view_.presets.end())
      juce::SystemClipboard::copyTextToClipboard(found->second.string());
  };

  addAndMakeVisible(play_);
  play_.getProperties().set(Look::kPrimary, true);
  play_.setTooltip("Plays through the plug-in's output (space)");
  play_.onClick = [this] { playOrStop(); };
  for (juce::TextButton* button : {&target_, &candidate_}) addAndMakeVisible(button);
  target_.setConnectedEdges(juce::Button::ConnectedOnRight);
  target_.onClick = [this] { setSide(false); };
  candidate_.onClick = [this] { setSide(true); };
  addAndMakeVisible(inTrack_);
  inTrack_.setTooltip(
      "While the host plays, the target or the candidate takes the place of the note that was taken");
  inTrack_.onClick = [this] { updateListening(); };
  addChildComponent(act_);
  act_.onClick = [this] {
    if (view_.link == ServerLink::noProgram) chooseProgramFile();
    else session_.connect(true);
  };
  addChildComponent(dismiss_);
  dismiss_.onClick = [this] { session_.dismissProblem(); };
  for (juce::Label* label : {&soundText_, &missing_, &message_}) {
    addAndMakeVisible(label);
    label->setColour(juce::Label::textColourId, colours::soft);
    label->setFont(textFont(14));
    label->setMinimumHorizontalScale(1);
    label->setInterceptsMouseClicks(false, false);
  }
  missing_.setJustificationType(juce::Justification::centredRight);

  setResizable(true, true);
  setResizeLimits(720, 560, 2400, 1600);
  setSize(kWidth, kHeight);
  side_ = processor_.listen().index() != 1;
  session_.connect(false);
  refresh();
  startTimerHz(kTicksPerSecond);
}

Editor::~Editor() {
  stopTimer();
  setLookAndFeel(nullptr);
}

void Editor::timerCallback() {
  ++ticks_;
  if (ticks_ == kStartTicks && view_.link != ServerLink::connected) session_.connect(true);
  else if (ticks_ % kRefreshTicks == 0 && view_.link == ServerLink::connected && !view_.asked)
    session_.connect(false);
  refresh();
}

void Editor::refresh() {
  // Parameters may have been moved by the host.
  if (const int listen = processor_.listen().index(); listen != 0) side_ = listen == 2;
  Player& player = session_.player();
  const Shown now = {processor_.changes().load(), player.isPlaying(), side_, rank(),
                     processor_.listen().index(), dragging_};
  if (now != shown_) {
    if (now[0] != shown_[0]) view_ = session_.view();
    shown_ = now;
    show(view_);
  }
  const auto ring = session_.ring();
  wave_.tick(ring.get(), player.isPlaying() ? player.positionSeconds() : -1);
}

void Editor::show(const SessionView& view) {
  wave_.show(view);
  const bool taken = view.sound != nullptr;
  takeSound_.setVisible(!taken);
  another_.setVisible(taken);
  soundPanel_.tell(taken ? utf8(view.sound->name) : juce::String("The last 20 s of the track"));
  soundText_.setText(taken ? utf8(soundText(view)) : juce::String("Drag over a note, or take the last one"),
                     juce::dontSendNotification);
  showLibraries(view);

  const bool refines = view.match && view.match->state == "refining";
  match_.setButtonText(!view.asked ? "Match" : refines ? "Stop, keep the best" : "Stop");
  const std::string missing = missingText(view);
  match_.setEnabled(view.asked || missing.empty());
  match_.getProperties().set(Look::kPrimary, true);
  missing_.setText(view.asked ? juce::String() : utf8(missing), juce::dontSendNotification);

  candidatePanel_.tell(utf8(statusText(view)), progressOf(view));
  const bool plays = session_.player().isPlaying();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const int rank = int(i) + 1;
    CandidateRow::Shown shown;
    if (const MatchedCandidate* candidate = view.candidate(rank)) {
      shown.candidate = *candidate;
      shown.origin = utf8(originText(*candidate, view));
      shown.metrics = utf8(metricsText(*candidate, view));
      shown.chosen = rank == this->rank();
      shown.canPlay = view.heard.contains(rank);
      shown.playing = shown.chosen && side_ && plays;
    }
    rows_[i].show(std::move(shown));
  }

  const MatchedCandidate* chosen = view.candidate(rank());
  const bool reachable = chosen != nullptr && view.link == ServerLink::connected;
  install_.setButtonText(chosen == nullptr ? juce::String("Install") : "Install into " + utf8(chosen->synth));
  install_.setEnabled(reachable && !view.installing);
  const bool hasPreset = view.presets.contains(rank());
  preset_.setButtonText(chosen == nullptr || chosen->presets.empty()
                            ? juce::String("Preset")
                            : "Copy the path of the ." + utf8(chosen->presets.front().format));
  preset_.setEnabled(hasPreset);
  takePanel_.tell(chosen == nullptr ? juce::String() : juce::String("or drag a candidate to the synth"));
  // Made ahead once the candidates stay as they are; until then when it is dragged.
  if (reachable && !view.asked && !hasPreset && dragging_ == 0 && preparing_ != chosen->audio) {
    preparing_ = chosen->audio;
    session_.preparePreset(rank());
  }
  if (dragging_ != 0 && view.presets.contains(dragging_)) {
    const juce::String file = utf8(view.presets.at(std::exchange(dragging_, 0)).string());
    juce::DragAndDropContainer::performExternalDragDropOfFiles({file}, false, this);
  }

  play_.setButtonText(plays ? "Stop" : "Play");
  play_.setEnabled(plays || (side_ ? view.heard.contains(rank()) : taken));
  target_.setEnabled(taken);
  target_.setToggleState(!side_, juce::dontSendNotification);
  candidate_.setToggleState(side_, juce::dontSendNotification);
  candidate_.setButtonText("B  Number " + juce::String(rank()));
  const bool canFollow = taken && view.sound->timelineSeconds.has_value();
  inTrack_.setEnabled(canFollow || processor_.listen().index() != 0);
  inTrack_.setToggleState(processor_.listen().index() != 0, juce::dontSendNotification);
  showMessage(view);
}

void Editor::showLibraries(const SessionView& view) {
  std::vector<std::string> ids;
  for (const OfferedLibrary& library : view.libraries) ids.push_back(library.id);
  if (ids != libraryIds_) {
    libraryIds_ = ids;
    libraries_.clear();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      auto& button = libraries_.emplace_back(std::make_unique<juce::ToggleButton>());
      libraryList_.addAndMakeVisible(*button);
      button->onClick = [this] { chooseLibraries(); };
    }
    resized();
  }
  const auto searched = view.searched();
  for (std::size_t i = 0; i < libraries_.size(); ++i) {
    const OfferedLibrary& library = view.libraries[i];
    libraries_[i]->setButtonText(libraryText(library));
    libraries_[i]->setEnabled(library.isUsable());
    const bool chosen = std::find(searched.begin(), searched.end(), &library) != searched.end();
    libraries_[i]->setToggleState(chosen, juce::dontSendNotification);
  }
  libraryPanel_.tell(utf8(linkText(view)));
}

void Editor::showMessage(const SessionView& view) {
  const bool stopped = view.link == ServerLink::missing || view.link == ServerLink::noProgram;
  const std::string text = !view.problem.empty() ? view.problem : !view.notice.empty() ? view.notice : "";
  message_.setText(text.empty() && stopped ? utf8(linkText(view) + ".") : utf8(text),
                   juce::dontSendNotification);
  message_.setColour(juce::Label::textColourId, view.problem.empty() ? colours::ink : colours::bad);
  act_.setButtonText(view.link == ServerLink::noProgram ? "Show where it is" : "Start");
  act_.setVisible(stopped);
  dismiss_.setVisible(!text.empty());
  const bool shown = message_.getText().isNotEmpty();
  if (shown != message_.isVisible()) {
    message_.setVisible(shown);
    resized();
  }
}

void Editor::chooseLibraries() {
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < libraries_.size(); ++i)
    if (libraries_[i]->getToggleState()) chosen.push_back(libraryIds_[i]);
  session_.choose(chosen);
}

void Editor::setDropping(bool dropping) {
  dropping_ = dropping;
  repaint();
}

void Editor::filesDropped(const juce::StringArray& files, int, int) {
  setDropping(false);
  session_.open(std::filesystem::path(files[0].toStdString()));
}

void Editor::select(int rank, bool play) {
  processor_.candidate().choose(rank - 1);
  if (!play) return;
  setSide(true);
  this->play();
}

void Editor::setSide(bool candidate) {
  side_ = candidate;
  session_.player().switchTo(side_ ? rank() : 0);
  updateListening();
}

void Editor::updateListening() {
  processor_.listen().choose(!inTrack_.getToggleState() ? 0 : side_ ? 2 : 1);
  show(view_);
}

void Editor::playOrStop() {
  if (session_.player().isPlaying()) session_.player().stop();
  else play();
}

void Editor::play() { session_.player().playOnce(side_ ? rank() : 0); }

void Editor::matchOrStop() {
  if (view_.asked) session_.stop();
  else if (match_.isEnabled()) session_.match();
}

void Editor::dragPreset(int rank) {
  dragging_ = rank;
  session_.preparePreset(rank);
}

void Editor::chooseFile() {
  chooser_ = std::make_unique<juce::FileChooser>("Sound to match", juce::File(), "", false);
  chooser_->launchAsync(juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles,
                        [this](const juce::FileChooser& chooser) {
                          if (const juce::File file = chooser.getResult(); file != juce::File())
                            session_.open(std::filesystem::path(file.getFullPathName().toStdString()));
                        });
}

void Editor::chooseProgramFile() {
  chooser_ =
      std::make_unique<juce::FileChooser>("The program patchpilot", juce::File("/usr/local/bin"), "", false);
  chooser_->launchAsync(juce::FileBrowserComponent::openMode | juce::FileBrowserComponent::canSelectFiles,
                        [this](const juce::FileChooser& chooser) {
                          if (const juce::File file = chooser.getResult(); file != juce::File())
                            session_.useProgram(std::filesystem::path(file.getFullPathName().toStdString()));
                        });
}

bool Editor::keyPressed(const juce::KeyPress& key) {
  if (key.getModifiers().isAnyModifierKeyDown()) return false;
  const int code = key.getKeyCode();
  if (code == juce::KeyPress::spaceKey) {
    if (play_.isEnabled()) playOrStop();
  } else if (code >= '1' && code < '1' + Processor::kCandidates && view_.candidate(code - '0') != nullptr)
    select(code - '0', true);
  else if (code == 'A' || code == 'B') setSide(code == 'B');
  else if (code == 'T') session_.take();
  else if (code == 'M') matchOrStop();
  else return false;
  return true;
}

void Editor::paint(juce::Graphics& g) {
  g.fillAll(colours::ground);
  auto head = getLocalBounds().removeFromTop(kHead).reduced(kGap + 4, 0);
  drawLine(g, "Patch Pilot", head, colours::ink, textFont(18, true));
  g.setColour(colours::line);
  g.fillRect(0, kHead - 1, getWidth(), 1);
  const auto dock = getLocalBounds().removeFromBottom(kDock);
  g.setColour(colours::panel);
  g.fillRect(dock);
  g.setColour(colours::line);
  g.fillRect(dock.withHeight(1));
}

void Editor::paintOverChildren(juce::Graphics& g) {
  if (!dropping_) return;
  g.setColour(colours::accent);
  g.drawRect(getLocalBounds(), 3);
}

void Editor::resized() {
  auto area = getLocalBounds();
  area.removeFromTop(kHead);
  auto dock = area.removeFromBottom(kDock).reduced(kGap, 11);
  play_.setBounds(dock.removeFromLeft(84));
  dock.removeFromLeft(kGap);
  target_.setBounds(dock.removeFromLeft(110));
  candidate_.setBounds(dock.removeFromLeft(120));
  dock.removeFromLeft(kGap);
  inTrack_.setBounds(dock.removeFromLeft(std::min(270, dock.getWidth())));
  if (message_.isVisible()) {
    auto row = area.removeFromBottom(kMessage).reduced(kGap, 4);
    if (dismiss_.isVisible()) dismiss_.setBounds(row.removeFromRight(76));
    row.removeFromRight(8);
    if (act_.isVisible()) act_.setBounds(row.removeFromRight(146));
    message_.setBounds(row);
  }

  area = area.reduced(kGap);
  auto left = area.removeFromLeft((area.getWidth() - kGap) * 48 / 100);
  area.removeFromLeft(kGap);
  auto sound = left.removeFromTop(left.getHeight() * 58 / 100);
  left.removeFromTop(kGap);
  soundPanel_.setBounds(sound);
  auto inside = soundPanel_.contents() + sound.getPosition();
  auto buttons = inside.removeFromBottom(34);
  for (juce::TextButton* button : {&takeSound_, &another_}) button->setBounds(buttons.withWidth(140));
  openFile_.setBounds(buttons.withTrimmedLeft(140 + 8).withWidth(110));
  inside.removeFromBottom(6);
  soundText_.setBounds(inside.removeFromBottom(22));
  inside.removeFromBottom(4);
  wave_.setBounds(inside);

  libraryPanel_.setBounds(left);
  inside = libraryPanel_.contents() + left.getPosition();
  auto line = inside.removeFromBottom(38);
  match_.setBounds(line.removeFromRight(180));
  missing_.setBounds(line);
  inside.removeFromBottom(8);
  librariesView_.setBounds(inside);
  constexpr int kLine = 30;
  libraryList_.setSize(inside.getWidth() - librariesView_.getScrollBarThickness(),
                       kLine * int(libraries_.size()));
  for (std::size_t i = 0; i < libraries_.size(); ++i)
    libraries_[i]->setBounds(0, kLine * int(i), libraryList_.getWidth(), kLine - 2);

  auto take = area.removeFromBottom(96);
  area.removeFromBottom(kGap);
  takePanel_.setBounds(take);
  inside = takePanel_.contents() + take.getPosition();
  install_.setBounds(inside.removeFromLeft((inside.getWidth() - 8) * 55 / 100));
  inside.removeFromLeft(8);
  preset_.setBounds(inside);
  candidatePanel_.setBounds(area);
  inside = candidatePanel_.contents() + area.getPosition();
  const int height = std::min(76, (inside.getHeight() - 6 * int(rows_.size() - 1)) / int(rows_.size()));
  for (CandidateRow& row : rows_) {
    row.setBounds(inside.removeFromTop(height));
    inside.removeFromTop(6);
  }
}

}  // namespace patchpilot
