#include "daw/shared_view.h"

namespace patchpilot {

SessionView SharedView::get() const {
  std::lock_guard lock(mutex_);
  return view_;
}

int SharedView::project() const {
  std::lock_guard lock(mutex_);
  return project_;
}

SessionView SharedView::edit(const Change& change) {
  SessionView now;
  {
    std::lock_guard lock(mutex_);
    change(view_);
    now = view_;
  }
  if (changed_) changed_();
  return now;
}

SessionView SharedView::replace(const Change& change) {
  return edit([&](SessionView& view) {
    ++project_;
    change(view);
  });
}

SessionView SharedView::editFor(int project, const Change& change) {
  return edit([&](SessionView& view) {
    if (project != project_) throw ProjectReplaced{};
    change(view);
  });
}

}  // namespace patchpilot
