/* JSON: a reader that takes nothing but JSON, pointers into what it read, and a writer. */
#include "../holdpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The deepest that lists and objects may stand in each other. */
#define HP_DEEPEST 128

typedef struct {
    const char *start, *at, *end;
    const char *why;
    int depth;
} hp_json_reader;

static hp_json *hp_json_value(hp_json_reader *reader);

static void *hp_json_wrong(hp_json_reader *reader, const char *why) {
    if (!reader->why) {
        reader->why = hp_format("%s at byte %zu", why, (size_t)(reader->at - reader->start));
    }
    return NULL;
}

static void hp_json_blank(hp_json_reader *reader) {
    while (reader->at < reader->end && memchr(" \t\n\r", *reader->at, 4)) {
        reader->at++;
    }
}

static bool hp_json_take(hp_json_reader *reader, char letter) {
    hp_json_blank(reader);
    if (reader->at < reader->end && *reader->at == letter) {
        reader->at++;
        return true;
    }
    return false;
}

/* Reads four hexadecimal digits; more than 0xFFFF when there are none. */
static uint32_t hp_json_unit(hp_json_reader *reader) {
    uint32_t unit = 0;
    for (int digit = 0; digit < 4; digit++, reader->at++) {
        char letter = reader->at < reader->end ? *reader->at : 0;
        const char *digits = "0123456789abcdef0123456789ABCDEF", *found = letter ? strchr(digits, letter) : NULL;
        if (!found) {
            return 0x10000;
        }
        unit = unit << 4 | (uint32_t)((found - digits) % 16);
    }
    return unit;
}

static char *hp_json_encode(char *out, uint32_t letter) {
    if (letter < 0x80) {
        *out++ = (char)letter;
    } else if (letter < 0x800) {
        *out++ = (char)(0xC0 | letter >> 6);
        *out++ = (char)(0x80 | (letter & 0x3F));
    } else if (letter < 0x10000) {
        *out++ = (char)(0xE0 | letter >> 12);
        *out++ = (char)(0x80 | (letter >> 6 & 0x3F));
        *out++ = (char)(0x80 | (letter & 0x3F));
    } else {
        *out++ = (char)(0xF0 | letter >> 18);
        *out++ = (char)(0x80 | (letter >> 12 & 0x3F));
        *out++ = (char)(0x80 | (letter >> 6 & 0x3F));
        *out++ = (char)(0x80 | (letter & 0x3F));
    }
    return out;
}

/* Reads what follows a backslash; NULL when it is no escape. */
static char *hp_json_escape(hp_json_reader *reader, char *out) {
    const char *escapes = "\"\\/bfnrt", *plain = "\"\\/\b\f\n\r\t";
    char letter = reader->at < reader->end ? *reader->at++ : 0;
    const char *found = letter ? strchr(escapes, letter) : NULL;
    if (found) {
        *out++ = plain[found - escapes];
        return out;
    }
    if (letter != 'u') {
        return NULL;
    }
    uint32_t unit = hp_json_unit(reader);
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        bool pair = reader->end - reader->at >= 6 && reader->at[0] == '\\' && reader->at[1] == 'u';
        reader->at += pair ? 2 : 0;
        uint32_t low = pair ? hp_json_unit(reader) : 0;
        if (low < 0xDC00 || low > 0xDFFF) {
            return NULL;
        }
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit > 0xFFFF || (unit >= 0xDC00 && unit <= 0xDFFF)) {
        return NULL;
    }
    return hp_json_encode(out, unit);
}

/* Reads a text whose opening quote has been taken. */
static bool hp_json_string(hp_json_reader *reader, hp_text *text) {
    const char *close = reader->at;
    while (close < reader->end && *close != '"') {
        close += *close == '\\' && close + 1 < reader->end ? 2 : 1;
    }
    /* What is read is never longer than how it is written. */
    char *read = hp_allocate((size_t)(close - reader->at)), *out = read;
    while (reader->at < reader->end) {
        unsigned char letter = (unsigned char)*reader->at++;
        if (letter == '"') {
            *text = (hp_text){read, (size_t)(out - read)};
            *out = 0;
            return true;
        }
        if (letter < 0x20) {
            return hp_json_wrong(reader, "a control character in a text"), false;
        }
        if (letter != '\\') {
            *out++ = (char)letter;
        } else if (!(out = hp_json_escape(reader, out))) {
            return hp_json_wrong(reader, "an escape that is none"), false;
        }
    }
    return hp_json_wrong(reader, "a text without an end"), false;
}

static size_t hp_json_digits(hp_json_reader *reader) {
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        reader->at++;
    }
    return (size_t)(reader->at - start);
}

static hp_json *hp_json_number_of(hp_json_reader *reader, hp_json *value) {
    const char *start = reader->at;
    reader->at += *reader->at == '-';
    const char *first = reader->at;
    size_t digits = hp_json_digits(reader);
    bool good = digits > 0 && (digits == 1 || *first != '0');
    if (good && reader->at < reader->end && *reader->at == '.') {
        reader->at++;
        good = hp_json_digits(reader) > 0;
    }
    if (good && reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        reader->at++;
        reader->at += reader->at < reader->end && (*reader->at == '+' || *reader->at == '-');
        good = hp_json_digits(reader) > 0;
    }
    if (!good) {
        return hp_json_wrong(reader, "a number that is none");
    }
    /* The copy ends where the number does, so that strtod sees no more than that. */
    value->text = hp_copy(start, (size_t)(reader->at - start));
    value->kind = HP_JSON_NUMBER;
    value->number = strtod(value->text.at, NULL);
    return value;
}

static hp_json *hp_json_parts(hp_json_reader *reader, hp_json *value, char close) {
    value->kind = close == '}' ? HP_JSON_OBJECT : HP_JSON_LIST;
    if (++reader->depth > HP_DEEPEST) {
        return hp_json_wrong(reader, "too many lists and objects in each other");
    }
    if (hp_json_take(reader, close)) {
        reader->depth--;
        return value;
    }
    do {
        hp_text key = {"", 0};
        if (close == '}' && !(hp_json_take(reader, '"') && hp_json_string(reader, &key) && hp_json_take(reader, ':'))) {
            return hp_json_wrong(reader, "a key is missing");
        }
        hp_json *part = hp_json_value(reader);
        if (!part) {
            return NULL;
        }
        part->key = key;
        value->items = hp_grown(value->items, value->count, sizeof *value->items);
        value->items[value->count++] = part;
    } while (hp_json_take(reader, ','));
    if (!hp_json_take(reader, close)) {
        return hp_json_wrong(reader, "a comma or an end is missing");
    }
    reader->depth--;
    return value;
}

static hp_json *hp_json_word(hp_json_reader *reader, hp_json *value) {
    static const char *const words[] = {"null", "false", "true"};
    for (size_t kind = 0; kind < 3; kind++) {
        size_t size = strlen(words[kind]);
        if ((size_t)(reader->end - reader->at) >= size && memcmp(reader->at, words[kind], size) == 0) {
            reader->at += size;
            value->kind = (hp_json_kind)kind;
            return value;
        }
    }
    return hp_json_wrong(reader, "something that is no value");
}

static hp_json *hp_json_value(hp_json_reader *reader) {
    hp_json_blank(reader);
    hp_json *value = hp_allocate(sizeof *value);
    value->text = value->key = (hp_text){"", 0};
    if (reader->at == reader->end) {
        return hp_json_wrong(reader, "a value is missing");
    }
    char letter = *reader->at;
    if (letter == '{' || letter == '[') {
        reader->at++;
        return hp_json_parts(reader, value, letter == '{' ? '}' : ']');
    }
    if (letter == '"') {
        reader->at++;
        value->kind = HP_JSON_TEXT;
        return hp_json_string(reader, &value->text) ? value : NULL;
    }
    bool number = letter == '-' || (letter >= '0' && letter <= '9');
    return number ? hp_json_number_of(reader, value) : hp_json_word(reader, value);
}

const hp_json *hp_json_read(hp_text text, const char **why) {
    hp_json_reader reader = {text.at, text.at, text.at + text.size, NULL, 0};
    hp_json *value = hp_json_value(&reader);
    hp_json_blank(&reader);
    if (value && reader.at != reader.end) {
        value = hp_json_wrong(&reader, "something behind the value");
    }
    if (why) {
        *why = reader.why;
    }
    return value;
}

/* The value of a key; of several, the last. */
static const hp_json *hp_json_member(const hp_json *object, hp_text key) {
    for (size_t index = object && object->kind == HP_JSON_OBJECT ? object->count : 0; index > 0; index--) {
        if (hp_same_text(object->items[index - 1]->key, key)) {
            return object->items[index - 1];
        }
    }
    return NULL;
}

/* The value at an index, as a pointer writes it. */
static const hp_json *hp_json_element(const hp_json *list, hp_text key) {
    size_t index = strtoul(key.at, NULL, 10);
    bool written = key.size > 0 && strcmp(hp_format("%zu", index), key.at) == 0;
    return written && index < list->count ? list->items[index] : NULL;
}

const hp_json *hp_json_at(const hp_json *value, const char *pointer) {
    while (value && *pointer == '/') {
        size_t size = strcspn(++pointer, "/"), count = 0;
        char *key = hp_allocate(size);
        for (size_t index = 0; index < size; index++) {
            bool escape = pointer[index] == '~' && index + 1 < size && (pointer[index + 1] == '0' || pointer[index + 1] == '1');
            key[count++] = escape ? (pointer[++index] == '0' ? '~' : '/') : pointer[index];
        }
        key[count] = 0;
        hp_text name = {key, count};
        value = value->kind == HP_JSON_LIST ? hp_json_element(value, name) : hp_json_member(value, name);
        pointer += size;
    }
    return *pointer ? NULL : value;
}

const char *hp_json_text(const hp_json *value) {
    return value && value->kind == HP_JSON_TEXT && strlen(value->text.at) == value->text.size ? value->text.at : NULL;
}

const char *hp_json_write(const hp_json *value) {
    static const char *const words[] = {"null", "false", "true"};
    if (!value || value->kind <= HP_JSON_TRUE) {
        return words[value ? value->kind : 0];
    }
    if (value->kind == HP_JSON_NUMBER) {
        return hp_digits(value->number);
    }
    if (value->kind == HP_JSON_TEXT) {
        return hp_quoted_text(value->text);
    }
    bool object = value->kind == HP_JSON_OBJECT;
    const char *written = object ? "{" : "[";
    for (size_t index = 0; index < value->count; index++) {
        const hp_json *part = value->items[index];
        const char *key = object ? hp_format("%s:", hp_quoted_text(part->key)) : "";
        written = hp_format("%s%s%s%s", written, index ? "," : "", key, hp_json_write(part));
    }
    return hp_format("%s%c", written, object ? '}' : ']');
}

bool hp_json_same(const hp_json *one, const hp_json *other) {
    if (!one || !other || one->kind != other->kind) {
        return !one && !other;
    }
    if (one->kind == HP_JSON_NUMBER) {
        return one->number == other->number;
    }
    if (one->kind == HP_JSON_TEXT) {
        return hp_same_text(one->text, other->text);
    }
    bool same = one->count == other->count;
    for (size_t index = 0; same && index < one->count; index++) {
        const hp_json *part = one->items[index];
        same = hp_json_same(part, one->kind == HP_JSON_LIST ? other->items[index] : hp_json_member(other, part->key));
    }
    return same;
}
