#pragma once

#include "base/files.h"

#include <boost/interprocess/mapped_region.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace patchpilot {

/// One end of a private channel between two processes. A message is a string of bytes, sent behind its 4-byte
/// length.
class MessageChannel {
 public:
  /// Takes over two file descriptors, one to read from and one to write to.
  MessageChannel(int readDescriptor, int writeDescriptor);
  ~MessageChannel();
  MessageChannel(const MessageChannel&) = delete;
  MessageChannel& operator=(const MessageChannel&) = delete;

  /// Sends a message. Returns false if the other side is gone.
  bool send(std::span<const std::uint8_t> message);

  enum class Arrival { message, gone, late };

  /// Waits for a message: `gone` if the other side has ended or has sent garbage, `late` if nothing has come
  /// within `seconds`.
  Arrival receive(Bytes& message, double seconds = kForever);

  static constexpr double kForever = 1e9;

 private:
  int readDescriptor_;
  int writeDescriptor_;
};

/// A child process with a channel to it over its stdin and stdout. Its stderr goes to the file
/// that PATCHPILOT_WORKER_LOG names, else nowhere. Killed and reaped when destroyed.
///
/// The child sees the end of its stdin when this process ends, however it ends; it is the
/// child's part to exit then. No other descriptor of this process is inherited, so no sibling
/// keeps a channel open, and no socket either.
class ChildProcess {
 public:
  /// @param environment variables to set in the child, on top of this process's own
  /// @throws Error (system) where the program cannot be started
  ChildProcess(const std::filesystem::path& program, const std::map<std::string, std::string>& environment,
               const std::vector<std::string>& arguments = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  MessageChannel& channel();

  /// Ends the child at once; a `receive` that waits for it returns. Callable from any thread.
  void kill();

  int id() const;

  /// Waits for the child to end, kills it after `seconds`, and says how it ended: "killed by
  /// signal 11 (Segmentation fault)", "exit status 3".
  std::string obituary(double seconds = 0);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// How a program that was run to its end has ended.
struct ProgramResult {
  bool found = false;  ///< whether there is such a program on the PATH
  int status = 0;      ///< its exit status; 128 + the signal that killed it
};

/// Runs a program of the system's, without a shell, with nothing on its stdin; what it prints is dropped.
/// Ctrl-C reaches it too.
ProgramResult runProgram(const std::string& name, const std::vector<std::string>& arguments);

/// The worker's side of `ChildProcess`: takes the channel off stdin and stdout, and points those
/// at nothing, so that what a plug-in prints never enters the channel.
std::unique_ptr<MessageChannel> adoptStandardStreams();

/// Memory that two processes see. It has no name in any file system: it is gone with the last process that
/// has it, however that ends.
class SharedMemory {
 public:
  /// Makes a block of `bytes` zeros. @throws Error (system).
  explicit SharedMemory(std::size_t bytes);
  /// Opens the block that another process, which must be alive, has made. @throws Error (system).
  explicit SharedMemory(const std::string& name);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// By which another process of the same user opens it, for as long as this object lives.
  const std::string& name() const { return name_; }
  void* data() const { return region_.get_address(); }
  std::size_t size() const { return region_.get_size(); }

 private:
  int descriptor_ = -1;  ///< of the one that made it
  std::string name_;
  boost::interprocess::mapped_region region_;
};

/// Gives new memory from the heap a fixed content. A plug-in that reads what it never wrote (mda's
/// JX10 does) then sounds the same in every process and after every other render.
void fillNewMemory();

/// For a worker: Ctrl-C in a terminal reaches it too, and it is the main program that decides.
void ignoreInterrupts();

/// For a child that reads files of unknown origin: it may take so much more memory than it has now. @throws
/// Error (system).
void limitMemory(std::uintmax_t bytes);

/// Holds a folder for this process: no other can hold it until this ends, however it ends.
class FolderLock {
 public:
  /// @throws Error (usage) where another process holds it; (system) where it cannot be written to.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace patchpilot
