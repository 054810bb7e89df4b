// A module of networks whose interface is of another version.
#include <cstdint>

extern "C" {
extern const std::uint32_t patchpilotNetworksAbi = 1;
const void* patchpilotNetworks() { return nullptr; }
}
