#include "search/archive.h"

#include "listen/ranking.h"
#include "search_inputs.h"

#include <gtest/gtest.h>

#include <limits>

namespace patchpilot {
namespace {

/// A tone; pitches that differ by 0.05 are far apart in MSS.
Candidate candidate(float pitch, double distance) {
  Candidate candidate;
  candidate.proposal.patch = Patch::point({pitch, 1});
  candidate.sound = tones({pitch, 1});
  candidate.spectrum = mssSpectrum(candidate.sound);
  candidate.distance = distance;
  return candidate;
}

std::vector<double> distances(const Archive& archive) {
  std::vector<double> all;
  for (const Candidate& one : archive.candidates()) all.push_back(one.distance);
  return all;
}

using Distances = std::vector<double>;

TEST(Archive, KeepsThoseThatDifferNearestFirst) {
  Archive archive;
  archive.add(candidate(0.5f, 3));
  archive.add(candidate(0.2f, 1));
  archive.add(candidate(0.8f, 2));
  EXPECT_EQ(distances(archive), (Distances{1, 2, 3}));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GE(mss(archive.candidates()[i].spectrum, archive.candidates()[j].spectrum), kLeastDifference);
}

TEST(Archive, OfThoseThatSoundAlikeTheNearestStays) {
  Archive archive;
  archive.add(candidate(0.5f, 3));
  archive.add(candidate(0.2f, 4));
  archive.add(candidate(0.5f, 5));
  EXPECT_EQ(distances(archive), (Distances{3, 4}));
  archive.add(candidate(0.5f, 2));
  EXPECT_EQ(distances(archive), (Distances{2, 4}));
}

TEST(Archive, TheWorstLeavesWhenItIsFull) {
  Archive archive;
  for (std::size_t i = 0; i < Archive::kCapacity; ++i) {
    EXPECT_EQ(archive.limit(), std::numeric_limits<double>::infinity());
    archive.add(candidate(0.05f * float(i), 1 + double(i)));
  }
  ASSERT_EQ(archive.candidates().size(), Archive::kCapacity);
  EXPECT_EQ(archive.limit(), double(Archive::kCapacity));
  archive.add(candidate(0.9f, 100));
  EXPECT_EQ(archive.limit(), double(Archive::kCapacity));
  archive.add(candidate(0.95f, 0.5));
  EXPECT_EQ(archive.candidates().size(), Archive::kCapacity);
  EXPECT_EQ(archive.limit(), double(Archive::kCapacity - 1));
  EXPECT_EQ(archive.candidates().front().distance, 0.5);
}

TEST(Archive, WhatHasNoSoundIsNotAdded) {
  Archive archive;
  Candidate silent = candidate(0.5f, 1);
  silent.sound = {};
  archive.add(silent);
  EXPECT_TRUE(archive.candidates().empty());
}

TEST(Archive, ContainsPatchesWithTheirDistance) {
  Archive archive;
  archive.add(candidate(0.5f, 1));
  EXPECT_TRUE(archive.contains(candidate(0.5f, 1)));
  EXPECT_FALSE(archive.contains(candidate(0.5f, 2)));
  EXPECT_FALSE(archive.contains(candidate(0.6f, 1)));
  EXPECT_EQ(archive.take().size(), 1u);
  EXPECT_FALSE(archive.contains(candidate(0.5f, 1)));
}

}  // namespace
}  // namespace patchpilot
