#include "web/allowed_hosts.h"

#include "base/error.h"

#include <gtest/gtest.h>

namespace patchpilot {
namespace {

constexpr int kPort = 8420;

TEST(AllowedHosts, AreTheLoopbackNamesWithThePort) {
  const AllowedHosts hosts;
  for (const char* host : {"127.0.0.1:8420", "localhost:8420", "[::1]:8420", "LOCALHOST:8420"})
    EXPECT_TRUE(hosts.allows(host, kPort)) << host;
  for (const char* host :
       {"", "localhost", "localhost:9000", "127.0.0.1:84200", "localhost:", "evil.example:8420",
        "localhost.evil.example:8420", "127.0.0.1.evil.example:8420", "::1:8420", "localhost:8420:8420",
        "localhost:8420/", "user@localhost:8420", "localhost :8420"})
    EXPECT_FALSE(hosts.allows(host, kPort)) << host;
  EXPECT_TRUE(hosts.allows("localhost", 80)) << "browsers leave the port of http out";
}

TEST(AllowedHosts, ANameWithoutPortIsAllowedWithAny) {
  AllowedHosts hosts;
  hosts.add("Studio.local");
  for (const char* host : {"studio.local", "studio.local:8420", "STUDIO.local:9000"})
    EXPECT_TRUE(hosts.allows(host, kPort)) << host;
  for (const char* host : {"studio.local.evil.example", "a.studio.local", "studio.local:", "studio.local:x",
                           "studio.local:70000", "localhost:9000"})
    EXPECT_FALSE(hosts.allows(host, kPort)) << host;
  EXPECT_TRUE(hosts.allows("localhost:8420", kPort)) << "its own names stay";
}

TEST(AllowedHosts, ANameWithPortIsAllowedWithThatPort) {
  AllowedHosts hosts;
  hosts.add("localhost:9000");
  hosts.add("[FD00::7]:80");
  EXPECT_TRUE(hosts.allows("localhost:9000", kPort));
  EXPECT_TRUE(hosts.allows("[fd00::7]:80", kPort));
  EXPECT_FALSE(hosts.allows("localhost:9001", kPort));
  EXPECT_FALSE(hosts.allows("[fd00::7]", kPort));
  EXPECT_FALSE(hosts.allows("127.0.0.1:9000", kPort));
}

TEST(AllowedHosts, OnlyThePageItselfIsAnOrigin) {
  AllowedHosts hosts;
  hosts.add("localhost");
  hosts.add("studio.local");
  EXPECT_TRUE(hosts.allowsOrigin("http://127.0.0.1:8420", "127.0.0.1:8420", kPort));
  EXPECT_TRUE(hosts.allowsOrigin("http://localhost:9000", "localhost:9000", kPort));
  EXPECT_TRUE(hosts.allowsOrigin("https://studio.local", "studio.local", kPort)) << "behind a proxy";
  EXPECT_TRUE(hosts.allowsOrigin("http://Studio.local:8420", "studio.local:8420", kPort));
  EXPECT_FALSE(hosts.allowsOrigin("http://localhost:3000", "localhost:9000", kPort)) << "another server";
  EXPECT_FALSE(hosts.allowsOrigin("http://localhost:3000", "127.0.0.1:8420", kPort));
  EXPECT_FALSE(hosts.allowsOrigin("http://studio.local", "127.0.0.1:8420", kPort));
  EXPECT_FALSE(hosts.allowsOrigin("https://127.0.0.1:8420", "127.0.0.1:8420", kPort));
  EXPECT_FALSE(hosts.allowsOrigin("null", "studio.local", kPort));
}

TEST(AllowedHosts, WhatIsNoNameIsRefused) {
  AllowedHosts hosts;
  for (const char* name :
       {"", "*", "*.example", "http://studio.local", "studio.local/", "a b", "studio:0", "studio:99999",
        "st\xc3\xbc"
        "dio",
        "[::1", "[]", "[studio]", ":9000", "a:b:c"})
    EXPECT_THROW(hosts.add(name), Error) << name;
  EXPECT_THROW(hosts.add(std::string(300, 'a')), Error);
}

TEST(AllowedHosts, TheRemedyRepeatsAValidName) {
  const AllowedHosts hosts;
  const std::string text = hosts.remedy("localhost:9000", kPort);
  EXPECT_NE(text.find("same port on both ends"), std::string::npos) << text;
  EXPECT_NE(text.find("-L 8420:127.0.0.1:8420"), std::string::npos) << text;
  EXPECT_NE(text.find("--host-name localhost:9000'"), std::string::npos) << text;
  EXPECT_NE(hosts.remedy("'; rm -rf", kPort).find("--host-name NAME'"), std::string::npos);
}

}  // namespace
}  // namespace patchpilot
