/* Memory: what is taken lives until the call is over. */
#include "../holdpoint.h"

#include <stdlib.h>
#include <string.h>

/* What a block begins with; what follows is aligned for anything. */
typedef union hp_block {
    union hp_block *next;
    max_align_t aligned;
} hp_block;

static hp_block *hp_blocks;

void *hp_allocate(size_t size) {
    /* One byte more, so that every text has a zero behind it. */
    hp_block *block = size < SIZE_MAX - sizeof(hp_block) - 1 ? calloc(1, sizeof(hp_block) + size + 1) : NULL;
    if (!block) {
        hp_panic("no memory is left");
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
