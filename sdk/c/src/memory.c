/* Memory: what is taken lives until the call is over. */
#include "../holdpoint.h"

#include <stdlib.h>
#include <string.h>

#ifdef __wasm__

/* What memory grows by. */
#define HP_PAGE 65536

/* What has been grown and not yet handed out. */
static char *hp_next, *hp_end;

/* Returns zeroed memory; NULL when none is left. Nothing is ever given back, so nothing has to be kept count of. */
static void *hp_taken(size_t size) {
    /* One byte more, so that every text has a zero behind it. */
    if (size > SIZE_MAX - HP_PAGE) {
        return NULL;
    }
    size = (size + 1 + 15) & ~(size_t)15;
    while (size > (size_t)(hp_end - hp_next)) {
        size_t lacking = size - (size_t)(hp_end - hp_next), pages = (lacking + HP_PAGE - 1) / HP_PAGE;
        size_t before = __builtin_wasm_memory_grow(0, pages);
        if (before == SIZE_MAX) {
            return NULL;
        }
        char *fresh = (char *)(before * HP_PAGE);
        /* Where someone else has grown memory too, what is left of ours is too small, and is left. */
        hp_next = fresh == hp_end ? hp_next : fresh;
        hp_end = fresh + pages * HP_PAGE;
    }
    void *taken = hp_next;
    hp_next += size;
    return taken;
}

void hp_release(void) {
    /* The sandbox is thrown away as a whole. */
}

#else

/* What a block begins with; what follows is aligned for anything. */
typedef union hp_block {
    union hp_block *next;
    max_align_t aligned;
} hp_block;

static hp_block *hp_blocks;

/* Returns zeroed memory; NULL when none is left. A block each, so that sanitizers see where one ends. */
static void *hp_taken(size_t size) {
    hp_block *block = size < SIZE_MAX - sizeof(hp_block) - 1 ? calloc(1, sizeof(hp_block) + size + 1) : NULL;
    if (!block) {
        return NULL;
    }
    block->next = hp_blocks;
    hp_blocks = block;
    return block + 1;
}

void hp_release(void) {
    while (hp_blocks) {
        hp_block *next = hp_blocks->next;
        free(hp_blocks);
        hp_blocks = next;
    }
}

#endif

void *hp_allocate(size_t size) {
    void *taken = hp_taken(size);
    if (!taken) {
        hp_panic("no memory is left");
    }
    return taken;
}

/* Returns a list with room for one more: it doubles whenever it holds a power of two. */
static void *hp_grown(void *list, size_t count, size_t each) {
    if (count != 0 && (count & (count - 1)) != 0) {
        return list;
    }
    size_t room = count == 0 ? 1 : count * 2;
    if (room > SIZE_MAX / each) {
        hp_panic("no memory is left");
    }
    void *grown = hp_allocate(room * each);
    if (count != 0) {
        memcpy(grown, list, count * each);
    }
    return grown;
}
