#pragma once

#include "daw/session_view.h"

#include <functional>
#include <mutex>

namespace patchpilot {

/// Ends the work for a project when another one has been restored. Not an error: nobody is told.
struct ProjectReplaced {};

/// The view of a session, which any thread may read and change. A change is one step: nobody sees half of it,
/// and `changed` is called once after it, by the thread that made it.
///
/// A view belongs to a project, and work that was begun for one project may end when another one has been
/// restored: it changes the view by `editFor`.
class SharedView {
 public:
  using Change = std::function<void(SessionView&)>;

  /// @param changed  may be empty; it may use this view
  explicit SharedView(std::function<void()> changed) : changed_(std::move(changed)) {}

  SessionView get() const;

  /// How many projects were restored.
  int project() const;

  /// @return the view after the change
  SessionView edit(const Change& change);

  /// The same, and it is another project's from then on.
  SessionView replace(const Change& change);

  /// A change by work for a project. @throws ProjectReplaced, and changes nothing, if that is not the current
  /// one
  SessionView editFor(int project, const Change& change);

 private:
  const std::function<void()> changed_;
  mutable std::mutex mutex_;
  SessionView view_;
  int project_ = 0;
};

}  // namespace patchpilot
