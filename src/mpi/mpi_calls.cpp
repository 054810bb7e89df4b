#include "base/mpi_calls.h"

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <list>
#include <vector>

namespace {

/// A message on its way: its bytes must stay until it has left.
struct Sending {
  std::vector<std::uint8_t> bytes;
  MPI_Request request;
};

std::list<Sending>& sending() {
  static std::list<Sending> list;
  return list;
}

bool allSent() {
  sending().remove_if([](Sending& message) {
    int done = 0;
    MPI_Test(&message.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
  return sending().empty();
}

void open(int* rank, int* size) {
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, size);
}

void send(int to, const std::uint8_t* bytes, std::size_t count) {
  allSent();
  Sending& message = sending().emplace_back();
  message.bytes.assign(bytes, bytes + count);
  MPI_Isend(message.bytes.data(), int(count), MPI_BYTE, to, 0, MPI_COMM_WORLD, &message.request);
}

bool waiting(int* from, std::size_t* count) {
  allSent();
  int there = 0, bytes = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
  if (there == 0) return false;
  MPI_Get_count(&status, MPI_BYTE, &bytes);
  *from = status.MPI_SOURCE;
  *count = std::size_t(bytes);
  return true;
}

void receive(int from, std::uint8_t* bytes, std::size_t count) {
  MPI_Recv(bytes, int(count), MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

void close() { MPI_Finalize(); }

}  // namespace

extern "C" __attribute__((visibility("default"))) const patchpilot::MpiCalls* patchpilotMpiCalls() {
  static const patchpilot::MpiCalls calls{open, send, waiting, receive, allSent, close};
  return &calls;
}
