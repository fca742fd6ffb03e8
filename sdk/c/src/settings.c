/* Settings: from the plan's JSON to the plugin's own struct; what does not fit is told with its place. */
#include "../holdpoint.h"

#include <math.h>
#include <string.h>

/* What all places of one reading share. */
typedef struct {
    hp_problems problems;
    hp_settings *first;
} hp_reading;

struct hp_settings {
    hp_reading *reading;
    const hp_json *value;
    const char *pointer;
    /* What of it has been asked for: keys of an object, or "" for all. */
    struct hp_asked {
        const char *key;
        struct hp_asked *next;
    } *asked;
    /* The place that was opened before. */
    hp_settings *next;
};

static const char *hp_below_pointer(const char *pointer, hp_text key) {
    char *escaped = hp_allocate(key.size * 2), *out = escaped;
    for (size_t index = 0; index < key.size; index++) {
        char letter = key.at[index];
        *out++ = letter == '~' || letter == '/' ? '~' : letter;
        if (letter == '~' || letter == '/') {
            *out++ = letter == '~' ? '0' : '1';
        }
    }
    return hp_format("%s/%s", pointer, escaped);
}

static void hp_complain(hp_reading *reading, const char *pointer, const char *message, const char *hint) {
    hp_problems *problems = &reading->problems;
    problems->at = hp_grown(problems->at, problems->count, sizeof *problems->at);
    problems->at[problems->count++] =
        (hp_problem_facts){hp_of(pointer), hp_of(message), {hint != NULL, hp_of(hint)}};
}

static hp_settings *hp_open(hp_reading *reading, const hp_json *value, const char *pointer) {
    hp_settings *place = hp_allocate(sizeof *place);
    *place = (hp_settings){reading, value, pointer, NULL, reading->first};
    reading->first = place;
    return place;
}

/* The value of a key, which counts as asked for; the place itself for "". */
static const hp_json *hp_asked_for(hp_settings *in, const char *key) {
    struct hp_asked *asked = hp_allocate(sizeof *asked);
    *asked = (struct hp_asked){key, in->asked};
    in->asked = asked;
    return *key ? hp_json_member(in->value, hp_of(key)) : in->value;
}

static const char *hp_pointer_to(const hp_settings *in, const char *key) {
    return *key ? hp_below_pointer(in->pointer, hp_of(key)) : in->pointer;
}

static const char *hp_described(const hp_json *value) {
    switch (value->kind) {
    case HP_JSON_NULL:
        return "null";
    case HP_JSON_FALSE:
    case HP_JSON_TRUE:
        return hp_format("boolean `%s`", hp_json_write(value));
    case HP_JSON_NUMBER:
        return hp_format("%s `%s`", strpbrk(value->text.at, ".eE") ? "floating point" : "integer", value->text.at);
    case HP_JSON_TEXT:
        return hp_format("string %s", hp_json_write(value));
    case HP_JSON_LIST:
        return "sequence";
    default:
        return "map";
    }
}

/* The value of a key, which has to be there. */
static const hp_json *hp_needed(hp_settings *in, const char *key) {
    const hp_json *value = hp_asked_for(in, key);
    if (!value && in->value && in->value->kind == HP_JSON_OBJECT) {
        hp_complain(in->reading, in->pointer, hp_format("missing field `%s`", key), NULL);
    }
    return value;
}

static void hp_unfit(hp_settings *in, const char *key, const hp_json *value, const char *wanted) {
    const char *message = hp_format("invalid type: %s, expected %s", hp_described(value), wanted);
    hp_complain(in->reading, hp_pointer_to(in, key), message, NULL);
}

const char *hp_settings_text(hp_settings *in, const char *key) {
    const hp_json *value = hp_needed(in, key);
    const char *text = hp_json_text(value);
    if (value && !text) {
        hp_unfit(in, key, value, value->kind == HP_JSON_TEXT ? "a string without a zero byte" : "a string");
    }
    return text ? text : "";
}

double hp_settings_number(hp_settings *in, const char *key) {
    const hp_json *value = hp_needed(in, key);
    if (value && (value->kind != HP_JSON_NUMBER || !isfinite(value->number))) {
        hp_unfit(in, key, value, "a number");
    }
    return value && value->kind == HP_JSON_NUMBER ? value->number : NAN;
}

int64_t hp_settings_integer(hp_settings *in, const char *key, int64_t least, int64_t most) {
    const hp_json *value = hp_needed(in, key);
    /* Past 2^53 a double no longer tells neighbours apart. */
    bool whole = value && value->kind == HP_JSON_NUMBER && fabs(value->number) <= 9007199254740992.0 &&
        floor(value->number) == value->number;
    if (value && (!whole || value->number < (double)least || value->number > (double)most)) {
        hp_unfit(in, key, value, hp_format("an integer from %lld to %lld", (long long)least, (long long)most));
        return least;
    }
    return value ? (int64_t)value->number : least;
}

bool hp_settings_flag(hp_settings *in, const char *key) {
    const hp_json *value = hp_needed(in, key);
    if (value && value->kind != HP_JSON_FALSE && value->kind != HP_JSON_TRUE) {
        hp_unfit(in, key, value, "a boolean");
    }
    return value && value->kind == HP_JSON_TRUE;
}

/* Whether this is a name as plans have them: kebab-case, at most 64 letters. */
static bool hp_is_name(const char *name, size_t size) {
    bool letter_before = false;
    for (size_t index = 0; index < size; index++) {
        bool letter = (name[index] >= 'a' && name[index] <= 'z') || (name[index] >= '0' && name[index] <= '9');
        if (!letter && (name[index] != '-' || !letter_before)) {
            return false;
        }
        letter_before = letter;
    }
    return letter_before && size <= 64;
}

static const char *hp_address(hp_settings *in, const char *key, bool with_path) {
    size_t before = in->reading->problems.count;
    const char *text = hp_settings_text(in, key);
    bool good = in->reading->problems.count > before;
    if (!good && strncmp(text, "endpoint:", 9) == 0) {
        size_t size = strcspn(text + 9, "/?");
        good = hp_is_name(text + 9, size) && (with_path || !text[9 + size]);
    } else if (!good && with_path) {
        size_t scheme = strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;
        good = scheme && text[scheme] && !strchr("/?#", text[scheme]);
    }
    const hp_json *value = *key ? hp_json_member(in->value, hp_of(key)) : in->value;
    if (!good && value) {
        const char *message = "`%s` is not a target; write `endpoint:NAME/path` (NAME in kebab-case)";
        hp_complain(in->reading, hp_pointer_to(in, key), hp_format(message, text), NULL);
    }
    return text;
}

const char *hp_settings_target(hp_settings *in, const char *key) {
    return hp_address(in, key, true);
}

const char *hp_settings_endpoint(hp_settings *in, const char *key) {
    return hp_address(in, key, false);
}

size_t hp_settings_word(hp_settings *in, const char *key, const char *const *words) {
    size_t before = in->reading->problems.count;
    const char *word = hp_settings_text(in, key), *known = "";
    for (size_t index = 0; words[index]; index++) {
        if (strcmp(words[index], word) == 0) {
            return index;
        }
        known = hp_format("%s%s`%s`", known, index ? ", " : "", words[index]);
    }
    if (in->reading->problems.count == before) {
        const char *message = hp_format("unknown variant `%s`, expected one of %s", word, known);
        hp_complain(in->reading, hp_pointer_to(in, key), message, NULL);
    }
    return 0;
}

bool hp_settings_has(hp_settings *in, const char *key) {
    const hp_json *value = hp_asked_for(in, key);
    return value && value->kind != HP_JSON_NULL;
}

hp_settings *hp_settings_object(hp_settings *in, const char *key) {
    const hp_json *value = hp_needed(in, key);
    if (value && value->kind != HP_JSON_OBJECT) {
        hp_unfit(in, key, value, "an object");
    }
    return hp_open(in->reading, value && value->kind == HP_JSON_OBJECT ? value : NULL, hp_pointer_to(in, key));
}

size_t hp_settings_count(hp_settings *in, const char *key) {
    const hp_json *value = hp_needed(in, key);
    if (value && value->kind != HP_JSON_LIST) {
        hp_unfit(in, key, value, "a list");
    }
    return value && value->kind == HP_JSON_LIST ? value->count : 0;
}

hp_settings *hp_settings_item(hp_settings *in, const char *key, size_t index) {
    const hp_json *list = *key ? hp_json_member(in->value, hp_of(key)) : in->value;
    const char *pointer = hp_format("%s/%zu", hp_pointer_to(in, key), index);
    bool there = list && list->kind == HP_JSON_LIST && index < list->count;
    return hp_open(in->reading, there ? list->items[index] : NULL, pointer);
}

const hp_json *hp_settings_any(hp_settings *in, const char *key) {
    return hp_asked_for(in, key);
}

void hp_problem(hp_settings *in, const char *key, const char *message, const char *hint) {
    hp_complain(in->reading, hp_pointer_to(in, key), message, hint);
}

/* Complains of every key of an object that nobody asked for. */
static void hp_refuse_unknown(const hp_settings *place) {
    const char *known = "";
    for (const struct hp_asked *asked = place->asked; asked; asked = asked->next) {
        if (!*asked->key) {
            return;
        }
        known = hp_format("`%s`%s%s", asked->key, *known ? ", " : "", known);
    }
    for (size_t index = 0; place->value && place->value->kind == HP_JSON_OBJECT && index < place->value->count; index++) {
        hp_text key = place->value->items[index]->key;
        bool asked_for = false;
        for (const struct hp_asked *asked = place->asked; asked; asked = asked->next) {
            asked_for = asked_for || hp_same_text(key, hp_of(asked->key));
        }
        if (!asked_for) {
            const char *message = hp_format("unknown field `%s`, expected one of %s", key.at, known);
            hp_complain(place->reading, hp_below_pointer(place->pointer, key), message, NULL);
        }
    }
}

/* Reads settings into fresh memory, and returns what is wrong with them. */
static hp_problems *hp_read_all(const hp_reader *reader, hp_text text, void **out) {
    hp_reading *reading = hp_allocate(sizeof *reading);
    const char *why = NULL;
    const hp_json *value = hp_json_read(text, &why);
    if (!value || value->kind != HP_JSON_OBJECT) {
        const char *message = value ? hp_format("invalid type: %s, expected an object", hp_described(value)) : why;
        hp_complain(reading, "", message, NULL);
        return &reading->problems;
    }
    *out = hp_allocate(reader->size);
    reader->read(hp_open(reading, value, ""), *out);
    for (const hp_settings *place = reading->first; place; place = place->next) {
        hp_refuse_unknown(place);
    }
    return &reading->problems;
}

hp_problems *hp_validate(const hp_reader *reader, hp_text settings) {
    void *out = NULL;
    return hp_read_all(reader, settings, &out);
}

const void *hp_accept(const hp_reader *reader, hp_text settings, hp_failure *failure) {
    void *out = NULL;
    const hp_problems *problems = hp_read_all(reader, settings, &out);
    if (problems->count == 0) {
        return out;
    }
    const char *told = "";
    for (size_t index = 0; index < problems->count; index++) {
        const hp_problem_facts *problem = &problems->at[index];
        const char *colon = problem->pointer.size ? ": " : "";
        told = hp_format("%s%s%s%s%s", told, index ? "; " : "", problem->pointer.at, colon, problem->message.at);
    }
    *failure = (hp_failure){HP_BAD_SETTINGS, hp_of(told)};
    return NULL;
}
