#include "base/process.h"

#include "base/error.h"
#include "test_support.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace patchpilot {
namespace {

using Arrival = MessageChannel::Arrival;

TEST(MessageChannel, CarriesMessagesAndSaysWhatElseHappened) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int nowhere = ::open("/dev/null", O_RDWR);
  MessageChannel reader(ends[0], nowhere);
  Bytes message;
  {
    MessageChannel writer(::open("/dev/null", O_RDWR), ends[1]);
    EXPECT_EQ(reader.receive(message, 0.01), Arrival::late);
    const Bytes sent = {0, 255, 10, 0};
    EXPECT_TRUE(writer.send(sent));
    EXPECT_EQ(reader.receive(message, 5), Arrival::message);
    EXPECT_EQ(message, sent);
  }
  EXPECT_EQ(reader.receive(message, 5), Arrival::gone);
}

TEST(MessageChannel, TakesGarbageForAnEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  MessageChannel reader(ends[0], ::open("/dev/null", O_RDWR));
  ASSERT_EQ(::write(ends[1], "\xff\xff\xff\xffhello", 9), 9);
  Bytes message;
  EXPECT_EQ(reader.receive(message, 5), Arrival::gone);
  ::close(ends[1]);
}

TEST(MessageChannel, SendingToNobodyIsAnAnswerNotAnEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  MessageChannel writer(::open("/dev/null", O_RDWR), ends[1]);
  ::close(ends[0]);
  EXPECT_FALSE(writer.send(Bytes{1}));
}

TEST(ChildProcess, SaysHowItEnded) {
  ChildProcess killed("/bin/cat", {});
  killed.kill();
  EXPECT_NE(killed.obituary(2).find("killed by signal 9"), std::string::npos);
  ChildProcess ended("/bin/false", {});
  EXPECT_EQ(ended.obituary(5), "exit status 1");
  EXPECT_THROW(ChildProcess("/nosuch/program", {}), Error);
}

TEST(SharedMemory, IsSeenByBothAndLeavesNoName) {
  auto made = std::make_unique<SharedMemory>(4096);
  EXPECT_EQ(made->size(), 4096u);
  EXPECT_EQ(static_cast<const char*>(made->data())[4095], 0);
  const SharedMemory opened(made->name());
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
    EXPECT_EQ(entry.path().string().find(std::to_string(::getpid())), std::string::npos)
        << entry.path() << " is left if this process is killed now";
  std::strcpy(static_cast<char*>(opened.data()), "hello");
  EXPECT_STREQ(static_cast<const char*>(made->data()), "hello");
  const std::string name = made->name();
  made.reset();
  EXPECT_STREQ(static_cast<const char*>(opened.data()), "hello") << "it lives as long as one has it";
  EXPECT_THROW(SharedMemory{name}, Error);
}

}  // namespace
}  // namespace patchpilot
