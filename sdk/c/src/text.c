/* Texts: how they are made, quoted, cut, and how numbers are written. */
#include "../holdpoint.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The most of an expected or observed text that a finding shows, in bytes. */
#define HP_EXCERPT 256

hp_text hp_of(const char *text) {
    return text ? (hp_text){text, strlen(text)} : (hp_text){"", 0};
}

hp_text hp_copy(const void *bytes, size_t size) {
    char *copy = hp_allocate(size);
    if (size != 0) {
        memcpy(copy, bytes, size);
    }
    return (hp_text){copy, size};
}

const char *hp_format(const char *format, ...) {
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    int size = vsnprintf(NULL, 0, format, values);
    va_end(values);
    char *text = hp_allocate(size > 0 ? (size_t)size : 0);
    if (size > 0) {
        vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return text;
}

/* Writes a number's digits, which stand before an exponent in `shortest`, in full. */
static const char *hp_in_full(const char *shortest) {
    char digits[32];
    size_t count = 0;
    const char *sign = *shortest == '-' ? "-" : "";
    const char *exponent = strchr(shortest, 'e');
    for (const char *at = shortest; at < exponent && count < sizeof digits - 1; at++) {
        if (*at >= '0' && *at <= '9') {
            digits[count++] = *at;
        }
    }
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    digits[count] = 0;
    int point = atoi(exponent + 1) + 1;
    if (point <= 0) {
        char *zeros = hp_allocate((size_t)-point + 1);
        memset(zeros, '0', (size_t)-point);
        return hp_format("%s0.%s%s", sign, zeros, digits);
    }
    if ((size_t)point >= count) {
        char *text = hp_allocate((size_t)point + 1);
        memset(text, '0', (size_t)point);
        memcpy(text, digits, count);
        return hp_format("%s%s", sign, text);
    }
    return hp_format("%s%.*s.%s", sign, point, digits, digits + point);
}

const char *hp_digits(double number) {
    if (isnan(number)) {
        return "NaN";
    }
    if (isinf(number)) {
        return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
        return signbit(number) ? "-0" : "0";
    }
    char shortest[40];
    for (int precision = 0; precision <= 16; precision++) {
        snprintf(shortest, sizeof shortest, "%.*e", precision, number);
        if (strtod(shortest, NULL) == number) {
            break;
        }
    }
    return hp_in_full(shortest);
}

/* Writes a text as JSON does. */
static const char *hp_quoted_text(hp_text text) {
    if (text.size > SIZE_MAX / 6 - 2) {
        hp_panic("no memory is left");
    }
    char *quoted = hp_allocate(text.size * 6 + 2), *out = quoted;
    *out++ = '"';
    for (size_t index = 0; index < text.size; index++) {
        unsigned char letter = (unsigned char)text.at[index];
        const char *plain = "\"\\\b\f\n\r\t", *escapes = "\"\\bfnrt", *found = letter ? strchr(plain, letter) : NULL;
        if (found) {
            *out++ = '\\';
            *out++ = escapes[found - plain];
        } else if (letter < 0x20) {
            out += snprintf(out, 7, "\\u%04x", letter);
        } else {
            *out++ = (char)letter;
        }
    }
    *out = '"';
    return quoted;
}

const char *hp_quoted(const char *text) {
    return hp_quoted_text(hp_of(text));
}

hp_text hp_excerpt(hp_text text) {
    if (text.size <= HP_EXCERPT) {
        return text;
    }
    size_t end = HP_EXCERPT;
    while (end > 0 && ((unsigned char)text.at[end] & 0xC0) == 0x80) {
        end--;
    }
    hp_text told = hp_of(hp_format("… (%zu bytes)", text.size));
    char *cut = hp_allocate(end + told.size);
    memcpy(cut, text.at, end);
    memcpy(cut + end, told.at, told.size);
    return (hp_text){cut, end + told.size};
}

static void hp_add_text(hp_pairs *pairs, hp_text name, hp_text value) {
    pairs->at = hp_grown(pairs->at, pairs->count, sizeof *pairs->at);
    pairs->at[pairs->count++] = (hp_pair){name, value};
}

void hp_add(hp_pairs *pairs, const char *name, const char *value) {
    hp_add_text(pairs, hp_of(name), hp_of(value));
}

const char *hp_value(hp_pairs pairs, const char *name) {
    for (size_t index = 0; index < pairs.count; index++) {
        if (strcasecmp(pairs.at[index].name.at, name) == 0) {
            return pairs.at[index].value.at;
        }
    }
    return NULL;
}

static bool hp_same_text(hp_text one, hp_text other) {
    return one.size == other.size && (one.size == 0 || memcmp(one.at, other.at, one.size) == 0);
}

_Noreturn void hp_panic_at(const char *file, int line, const char *function, const char *message) {
    /* Not by hp_format: there may be no memory to write it with. */
    char words[1024];
    snprintf(words, sizeof words, "panicked in %s at %s:%d: %s", function, file, line, message);
    hp_log(HP_ERROR, words);
#ifdef __wasm__
    __builtin_trap();
#else
    fprintf(stderr, "%s\n", words);
    abort();
#endif
}
