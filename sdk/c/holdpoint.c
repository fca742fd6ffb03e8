/* The SDK as one file to compile: in the sandbox with the host's imports, natively with a fake host for tests. */
#include "src/memory.c"
#include "src/text.c"
#include "src/json.c"
#include "src/settings.c"
#include "src/findings.c"
#include "src/http.c"
#include "src/plugin.c"
#ifdef __wasm__
#include "src/sandbox.c"
#else
#include "src/fake.c"
#include "src/fixture.c"
#endif
