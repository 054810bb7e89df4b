// `.fxp` and `.fxb`: what is read comes back byte for byte.
#include "fuzz.h"
#include "preset/fxp.h"

#include <algorithm>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace patchpilot;
  const std::span bytes(data, size);
  readOrRefuse([&] {
    if (isFxBank(bytes)) {
      const FxBank bank = parseFxBank(bytes);
      std::size_t held = bank.chunk.size();
      for (const Fxp& program : bank.programs) held += serializeFxp(program).size();
      mustHold(held <= size, "a bank's programs are no larger than its file");
      return;
    }
    Fxp fxp = parseFxp(bytes);
    const Bytes again = serializeFxp(fxp);
    mustHold(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()),
             "a .fxp comes back byte for byte");
    setFxpName(fxp, fxpName(fxp));
    mustHold(fxpName(fxp).size() < 28, "a program name ends within its field");
  });
  return 0;
}
