/* Bad ends: those that are not said. */
#include "conformance.h"

#include <string.h>

__attribute__((noinline)) hp_result stumble(const char *message) {
    hp_panic(message);
}

hp_result allocate(uint32_t mib) {
    hp_findings *findings = hp_findings_new();
    hp_met(findings);
    for (uint32_t taken = 0; taken < mib; taken++) {
        memset(hp_allocate(1 << 20), 1, 1 << 20);
    }
    return hp_verdict(findings, hp_format("%u MiB were there", (unsigned)mib));
}

hp_result spin(void) {
    volatile unsigned turns = 0;
    for (;;) {
        turns++;
    }
}

__attribute__((noinline)) static unsigned deeper(unsigned depth) {
    volatile unsigned room[64];
    room[depth % 64] = depth;
    /* Never so, which the compiler can't know. */
    if (room[depth % 64] != depth) {
        return 0;
    }
    return deeper(depth + 1) + room[depth % 64];
}

hp_result recurse(void) {
    return hp_verdict(hp_findings_new(), hp_format("%u deep", deeper(1)));
}
