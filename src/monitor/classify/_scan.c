/* A text's log-odds in one pass: tokens, the walk over the lexicon, term counts, weights.
 *
 * The compiled twin of text/tokens.split, text/mask.mark, features.count and Model.margin, which stay the reference:
 * it takes every step they take in the same order, so that its answer is theirs to the last bit (tests/classify/
 * test_scan.py). It knows no language and no lexicon. What a word folds to and what stands in a lexicon for it
 * it asks scan.py, once for each word, and remembers.
 *
 * Words, nodes, terms and concepts are numbers from 0 on; -1 is none. Memory only grows: scan.py throws the whole away
 * when `crowded` says so. Nothing here outlives a failed allocation or a failed question: the call ends in its error.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>

#define N_VIEWS 3
#define TWO_STATES (1ULL << 63) /* features._TWO_STATES */
#define NONE (-1)
#define UNASKED (-2)
#define MANY_STATES (-2)
#define MAX_LANGUAGES 32
#define MAX_VOICES 64
#define MAX_WORDS 100000     /* met beside the model's own, then `crowded` */
#define MAX_PROBES 64        /* a longer search is no accident: then `crowded` */
#define N_LOGS 64
#define SHORT 8              /* letters that fit a table's key */

enum { WORDS, CONCEPTS, PATTERNS };
enum { WORD_CHAR = 1, LETTER = 2, END = 4 };

typedef struct { uint64_t key; int32_t value; } Slot;
typedef struct { Slot *slots; size_t mask, n; } Table; /* open addressing; value UNASKED: free */
typedef struct { uint64_t hash; size_t at; uint32_t length; int32_t word; } Written; /* word NONE: free */
typedef struct { int32_t term, votes; int8_t silent, begins_pair, letter; int32_t node[]; } Word; /* a node for each language */
typedef struct { uint64_t kinds; int32_t state, concept, mask, entry, stems, n_stems; } Node; /* entry: what it is alone */
typedef struct { PyObject *text; int32_t node; } Stem;
typedef struct { double norm, dot; int32_t view; uint32_t count; int known; } Term;
typedef struct { uint64_t kinds; int32_t state, from, to; } Sentence; /* its concepts lie at from..to */

typedef struct { uint64_t needed, barred; int32_t term; } Pattern;
typedef struct { uint64_t key; Py_ssize_t from, to; int is_short; } Cut; /* a token: packed letters, or a hash */

/* word -> what it begins, or None; the first letters (`head` many) of the stems, or any_head: whatever they are */
typedef struct { PyObject *words, *heads; int head, any_head; } Lexicon;

#define VECTOR(type) struct { type *at; size_t n, room; }

typedef struct {
    PyObject_HEAD
    PyObject *fold, *lexicon, *number, *votes; /* the questions */
    Lexicon lexicons[MAX_LANGUAGES];         /* as they are asked for */
    PyObject *cased, *ids;                   /* what fold must be asked for; word -> number, but for the short ones */
    Table short_tokens;                      /* up to SHORT letters, packed into the key -> word; short words too */
    Written *written; size_t written_mask, n_written; /* the longer and rarer ones */
    VECTOR(Py_UCS4) letters;
    VECTOR(PyObject *) texts; size_t n_own;  /* of the words; how many of them are the model's */
    char *words; size_t words_room, word_size; int n_languages, n_voices; /* voices beyond have no lexicon: the first's */
    VECTOR(uint8_t) ballots;                 /* of the words that vote: points for each voice */
    VECTOR(Node) nodes;
    VECTOR(Stem) stems;                      /* a branch's lie side by side */
    VECTOR(Term) terms;
    VECTOR(Pattern) patterns[3];             /* of each place, as features.PLACES has them */
    VECTOR(int32_t) listed;                  /* the terms of the patterns in a set of kinds, behind their number */
    Table pairs, concept_pairs, steps, pattern_lists[3];
    double bias, pads[N_VIEWS], unknowns[N_VIEWS], logs[N_LOGS]; /* pads and unknowns squared */
    uint32_t title_counts, lead_sentences;
    uint64_t seed;
    int crowded, busy;
    /* of one call */
    VECTOR(Cut) cuts;
    VECTOR(int32_t) tokens, masked, kept, sequence, touched[N_VIEWS];
    VECTOR(Sentence) sentences;
    uint32_t points[MAX_VOICES];
} Scan;

static int grow(void **at, size_t *room, size_t size) {
    size_t wanted = *room ? *room * 2 : 64;
    void *bigger = wanted > PY_SSIZE_T_MAX / size ? NULL : PyMem_Realloc(*at, wanted * size);
    if (!bigger) { PyErr_NoMemory(); return -1; }
    *at = bigger; *room = wanted;
    return 0;
}
#define PUSH(vector, value) \
    (((vector).n < (vector).room || !grow((void **)&(vector).at, &(vector).room, sizeof *(vector).at)) \
        ? ((vector).at[(vector).n++] = (value), 0) : -1)

/* Tables of whole numbers. */

static uint64_t mixed(uint64_t key) { /* splitmix64's finish */
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9ULL;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebULL;
    return key ^ (key >> 31);
}

static Slot *first_slot(const Scan *self, const Table *table, uint64_t key) {
    return &table->slots[mixed(key ^ self->seed) & table->mask];
}

static Slot *slot_of(Scan *self, const Table *table, uint64_t key) {
    size_t at = (size_t)(first_slot(self, table, key) - table->slots), probes = 0;
    while (table->slots[at].value != UNASKED && table->slots[at].key != key) {
        at = (at + 1) & table->mask;
        if (++probes > MAX_PROBES) self->crowded = 1;
    }
    return &table->slots[at];
}

static int32_t find(Scan *self, const Table *table, uint64_t key) {
    return table->slots ? slot_of(self, table, key)->value : UNASKED;
}

static int put(Scan *self, Table *table, uint64_t key, int32_t value) {
    if (!table->slots || table->n * 2 > table->mask) {
        Table old = *table, wider = {NULL, old.slots ? old.mask * 2 + 1 : 255, old.n};
        wider.slots = PyMem_Calloc(wider.mask + 1, sizeof *wider.slots);
        if (!wider.slots) { PyErr_NoMemory(); return -1; }
        for (size_t i = 0; i <= wider.mask; i++) wider.slots[i].value = UNASKED;
        for (size_t i = 0; old.slots && i <= old.mask; i++)
            if (old.slots[i].value != UNASKED) *slot_of(self, &wider, old.slots[i].key) = old.slots[i];
        *table = wider;
        PyMem_Free(old.slots);
    }
    Slot *slot = slot_of(self, table, key);
    table->n += slot->value == UNASKED;
    *slot = (Slot){key, value};
    return 0;
}

static uint64_t both(int32_t one, int32_t two) { return (uint64_t)(uint32_t)one << 32 | (uint32_t)two; }

/* Words. */

static Word *word_at(const Scan *self, int32_t word) { return (Word *)(self->words + (size_t)word * self->word_size); }

static inline int is_small(Py_UCS4 c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/* Return a folded word of a few small ASCII letters as one number, 0 for any other: it is written as it is folded. */
static uint64_t own_key(PyObject *text) {
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    if (n > SHORT || !PyUnicode_IS_ASCII(text)) return 0;
    uint64_t key = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS1 c = PyUnicode_1BYTE_DATA(text)[i];
        if (!is_small(c)) return 0;
        key = key << 8 | c;
    }
    return key;
}

static int32_t new_word(Scan *self, PyObject *text) {
    int32_t number = (int32_t)self->texts.n;
    if ((size_t)number >= self->words_room && grow((void **)&self->words, &self->words_room, self->word_size) < 0)
        return NONE;
    int8_t letter = PyUnicode_GET_LENGTH(text) == 1 && PyUnicode_READ_CHAR(text, 0) != '.';
    *word_at(self, number) = (Word){NONE, UNASKED, letter, 0, letter};
    for (int i = 0; i < self->n_languages; i++) word_at(self, number)->node[i] = UNASKED;
    if (PUSH(self->texts, text) < 0) return NONE;
    Py_INCREF(text);
    if (self->texts.n > self->n_own + MAX_WORDS) self->crowded = 1;
    return number;
}

/* Return the number of a folded word, a new one where it was not met. */
static int32_t word_of(Scan *self, PyObject *text) {
    if (!self->ids) { PyErr_SetString(PyExc_TypeError, "not made yet"); return NONE; }
    uint64_t key = own_key(text);
    if (key) {
        int32_t word = find(self, &self->short_tokens, key);
        if (word != UNASKED) return word;
        word = new_word(self, text);
        return word == NONE || put(self, &self->short_tokens, key, word) < 0 ? NONE : word;
    }
    PyObject *known = PyDict_GetItemWithError(self->ids, text);
    if (known) return (int32_t)PyLong_AsLong(known);
    if (PyErr_Occurred()) return NONE;
    int32_t word = new_word(self, text);
    PyObject *number = word == NONE ? NULL : PyLong_FromLong(word);
    int failed = !number || PyDict_SetItem(self->ids, text, number) < 0;
    Py_XDECREF(number);
    return failed ? NONE : word;
}

static inline Py_UCS4 letter(int kind, const void *data, Py_ssize_t at) {
    return kind == 1 ? ((const Py_UCS1 *)data)[at] : kind == 2 ? ((const Py_UCS2 *)data)[at] : ((const Py_UCS4 *)data)[at];
}

/* Return what a token folds to. ASCII words are written small, but for those in `cased`; for the rest fold is asked. */
static PyObject *folded_token(Scan *self, PyObject *text, Py_ssize_t from, Py_ssize_t to) {
    PyObject *token = PyUnicode_Substring(text, from, to), *folded = NULL;
    if (!token) return NULL;
    if (PyUnicode_IS_ASCII(token)) {
        const Py_UCS1 *at = PyUnicode_1BYTE_DATA(token), *end = at + (to - from);
        int capitals = 0;
        for (; at < end && (is_small(*at) || (*at >= 'A' && *at <= 'Z')); at++) capitals += !is_small(*at);
        if (at == end && !capitals) return token;
        int is_cased = at == end ? PyDict_Contains(self->cased, token) : 1;
        if (!is_cased && (folded = PyUnicode_New(to - from, 127))) {
            for (Py_ssize_t i = 0; i < to - from; i++) {
                Py_UCS1 c = PyUnicode_1BYTE_DATA(token)[i];
                PyUnicode_1BYTE_DATA(folded)[i] = is_small(c) ? c : (Py_UCS1)(c + 'a' - 'A');
            }
        }
        if (is_cased < 1) {
            Py_DECREF(token);
            return is_cased < 0 ? NULL : folded;
        }
    }
    folded = PyObject_CallOneArg(self->fold, token);
    Py_DECREF(token);
    if (folded && !PyUnicode_Check(folded)) {
        PyErr_SetString(PyExc_TypeError, "fold must return a str");
        Py_CLEAR(folded);
    }
    return folded;
}

static int32_t ask(Scan *self, PyObject *text, Py_ssize_t from, Py_ssize_t to) {
    PyObject *folded = folded_token(self, text, from, to);
    int32_t word = folded ? word_of(self, folded) : NONE;
    Py_XDECREF(folded);
    return word;
}

/* Return a token of a few plain letters as one number, 0 for any other; no letter of a token is 0. */
static inline uint64_t packed(int kind, const void *data, Py_ssize_t from, Py_ssize_t to) {
    uint64_t key = 0;
    if (to - from > SHORT) return 0;
    for (Py_ssize_t i = from; i < to; i++) {
        if (letter(kind, data, i) > 0xff) return 0;
        key = key << 8 | letter(kind, data, i);
    }
    return key;
}

static int32_t short_token(Scan *self, PyObject *text, Cut token) {
    int32_t word = find(self, &self->short_tokens, token.key);
    if (word != UNASKED) return word;
    word = ask(self, text, token.from, token.to);
    if (word != NONE && put(self, &self->short_tokens, token.key, word) < 0) return NONE;
    if (self->short_tokens.n > self->n_own + MAX_WORDS) self->crowded = 1;
    return word;
}

static inline uint64_t hashed(const Scan *self, int kind, const void *data, Py_ssize_t from, Py_ssize_t to) {
    uint64_t hash = self->seed ^ (uint64_t)(to - from);
    for (Py_ssize_t i = from; i < to; i++) {
        hash = (hash ^ letter(kind, data, i)) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 29;
    }
    return hash;
}

static int32_t long_token(Scan *self, PyObject *text, int kind, const void *data, Cut token) {
    uint64_t hash = token.key;
    Py_ssize_t from = token.from, to = token.to;
    size_t place = hash & self->written_mask, probes = 0;
    for (Written *known; (known = &self->written[place])->word != NONE; place = (place + 1) & self->written_mask) {
        if (known->hash == hash && known->length == (uint32_t)(to - from)) {
            Py_ssize_t i = 0;
            while (i < to - from && self->letters.at[known->at + (size_t)i] == letter(kind, data, from + i)) i++;
            if (i == to - from) return known->word;
        }
        if (++probes > MAX_PROBES) self->crowded = 1;
    }
    int32_t word = ask(self, text, from, to);
    if (word == NONE) return NONE;
    Written new = {hash, self->letters.n, (uint32_t)(to - from), word};
    for (Py_ssize_t i = from; i < to; i++)
        if (PUSH(self->letters, letter(kind, data, i)) < 0) return NONE;
    self->written[place] = new;
    if (self->n_written > MAX_WORDS || self->letters.n > 16 * MAX_WORDS) self->crowded = 1;
    if (++self->n_written * 2 > self->written_mask) {
        size_t mask = self->written_mask * 2 + 1;
        Written *wider = PyMem_Malloc((mask + 1) * sizeof *wider);
        if (!wider) { PyErr_NoMemory(); return NONE; }
        for (size_t i = 0; i <= mask; i++) wider[i].word = NONE;
        for (size_t i = 0; i <= self->written_mask; i++) {
            if (self->written[i].word == NONE) continue;
            size_t at = self->written[i].hash & mask;
            while (wider[at].word != NONE) at = (at + 1) & mask;
            wider[at] = self->written[i];
        }
        PyMem_Free(self->written);
        self->written = wider; self->written_mask = mask;
    }
    return word;
}

/* Tokens: what tokens.TOKEN finds. */

static unsigned char ascii_class[128];

static inline int is_devanagari_sign(Py_UCS4 c) {
    return c <= 0x903 || (c >= 0x93a && c <= 0x94f && c != 0x93d) || (c >= 0x951 && c <= 0x957) || c >= 0x962;
}

static inline int class_of(Py_UCS4 c) {
    if (c < 128) return ascii_class[c];
    if (c == 0x2026 || c == 0x61f || c == 0x6d4 || c == 0x964) return END;
    if (c >= 0x900 && c <= 0x963 && is_devanagari_sign(c)) return WORD_CHAR; /* no letter to Python */
    return Py_UNICODE_ISALNUM(c) ? WORD_CHAR | (Py_UNICODE_ISDECIMAL(c) ? 0 : LETTER) : 0;
}
static inline int is_hebrew(Py_UCS4 c) { return c >= 0x5d0 && c <= 0x5ea; }
static inline int is_quote(Py_UCS4 c) { return c == '"' || c == '\'' || c == 0x5f4 || c == 0x5f3; }

static inline int cut_as(Scan *self, int kind, const void *data, Py_ssize_t n) {
    for (Py_ssize_t i = 0, end; i < n; i = end) {
        int class = class_of(letter(kind, data, i));
        end = i + 1;
        if (!class) continue;
        if (class & WORD_CHAR) {
            while (end < n && class_of(letter(kind, data, end)) & WORD_CHAR) end++;
            if (end - i >= 2) {
                if (kind > 1 && end + 1 < n && is_quote(letter(kind, data, end)) && is_hebrew(letter(kind, data, end + 1)))
                    for (end += 2; end < n && is_hebrew(letter(kind, data, end)); ) end++;
            } else { /* initials: letters and full stops by turns, twice or more */
                while (end < n && class_of(letter(kind, data, end - 1)) & LETTER && letter(kind, data, end) == '.') end += 2;
                end -= 1; /* now behind the last full stop, or at i where there is none */
                if (end - i < 4) end = i + 1; /* a letter alone */
            }
        }
        uint64_t key = packed(kind, data, i, end);
        Cut token = {key ? key : hashed(self, kind, data, i, end), i, end, key != 0};
        if (PUSH(self->cuts, token) < 0) return -1;
        if (!key) __builtin_prefetch(&self->written[token.key & self->written_mask]);
        else if (self->short_tokens.slots) __builtin_prefetch(first_slot(self, &self->short_tokens, key));
    }
    return 0;
}

/* Find the words of the tokens cut. Cutting all first lets the memory they lie in arrive meanwhile: a third cheaper. */
static int look_up(Scan *self, PyObject *text, int kind, const void *data) {
    for (size_t i = 0; i < self->cuts.n; i++) {
        Cut token = self->cuts.at[i];
        int32_t word = token.is_short ? short_token(self, text, token) : long_token(self, text, kind, data, token);
        if (word == NONE || PUSH(self->tokens, word) < 0) return -1;
        __builtin_prefetch(word_at(self, word));
    }
    return 0;
}

static int cut(Scan *self, PyObject *text) {
    const void *data = PyUnicode_DATA(text);
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text), failed;
    self->cuts.n = 0;
    switch (kind) {
    case 1: failed = cut_as(self, 1, data, n); break;
    case 2: failed = cut_as(self, 2, data, n); break;
    default: failed = cut_as(self, 4, data, n);
    }
    return failed < 0 ? -1 : look_up(self, text, kind, data);
}

/* The walk: what mask.mark does. */

static int32_t asked(PyObject *answer, size_t n) {
    long number = answer ? PyLong_AsLong(answer) : NONE;
    Py_XDECREF(answer);
    if (number == -1 && PyErr_Occurred()) return UNASKED;
    if (number < NONE || number >= (long)n) {
        PyErr_SetString(PyExc_ValueError, "no such number");
        return UNASKED;
    }
    return (int32_t)number;
}

/* Say whether a lexicon may know a word: most it does not, and asking costs ten times as much as knowing that. */
static int may_hold(Scan *self, int language, PyObject *text) {
    Lexicon *lexicon = &self->lexicons[language];
    if (!lexicon->words) {
        PyObject *answer = PyObject_CallFunction(self->lexicon, "i", language), *words, *heads;
        int any_head, head;
        if (!answer) return -1;
        if (!PyArg_ParseTuple(answer, "O!O!ip", &PyDict_Type, &words, &PyDict_Type, &heads, &head, &any_head)) {
            Py_DECREF(answer);
            return -1;
        }
        *lexicon = (Lexicon){Py_NewRef(words), Py_NewRef(heads), head, any_head};
        Py_DECREF(answer);
    }
    int known = PyDict_Contains(lexicon->words, text);
    if (known || lexicon->any_head) return known < 0 ? -1 : 1;
    PyObject *head = PyUnicode_Substring(text, 0, lexicon->head);
    if (!head) return -1;
    known = PyDict_Contains(lexicon->heads, head);
    Py_DECREF(head);
    return known;
}

static int32_t node_of(Scan *self, int32_t word, int language) {
    int32_t node = word_at(self, word)->node[language];
    if (node != UNASKED) return node;
    int may = may_hold(self, language, self->texts.at[word]);
    if (may < 0) return UNASKED;
    if (!may) return word_at(self, word)->node[language] = NONE;
    PyObject *found = PyObject_GetItem(self->lexicons[language].words, self->texts.at[word]);
    if (found == Py_None) node = NONE;
    else if (found) {
        PyObject *answer = PyObject_CallOneArg(self->number, found);
        node = asked(answer, self->nodes.n); /* to which the question may have added */
    }
    Py_XDECREF(found);
    return word_at(self, word)->node[language] = node;
}

/* What mask.Branch.step does. */
static int32_t step_to(Scan *self, int32_t node, int32_t word) {
    int32_t next = find(self, &self->steps, both(node, word));
    const Stem *stem = self->stems.at + self->nodes.at[node].stems;
    for (int32_t i = 0; next == UNASKED && i < self->nodes.at[node].n_stems; i++) {
        Py_ssize_t begins = PyUnicode_Tailmatch(self->texts.at[word], stem[i].text, 0, PY_SSIZE_T_MAX, -1);
        if (begins < 0) return UNASKED;
        if (begins) next = stem[i].node;
    }
    return next == UNASKED ? NONE : next;
}

static int32_t state_with(int32_t one, int32_t two) {
    return two == NONE || one == two ? one : one == NONE ? two : MANY_STATES;
}

static int close_sentence(Scan *self, Sentence *open) {
    open->to = (int32_t)self->sequence.n;
    if (open->to > open->from && PUSH(self->sentences, *open) < 0) return -1;
    *open = (Sentence){0, NONE, open->to, 0};
    return 0;
}

static int walk(Scan *self, size_t from, size_t to, int language) {
    self->masked.n = self->sequence.n = self->sentences.n = 0;
    for (size_t at = from; at < to; at++)
        if (PUSH(self->masked, self->tokens.at[at]) < 0) return -1;
    Sentence open = {0, NONE, 0, 0};
    for (size_t at = from, skip = from; at < to; at++) {
        int32_t node = node_of(self, self->tokens.at[at], language);
        if (node == UNASKED) return -1;
        if (node == NONE || at < skip) continue;
        size_t end = at + 1;
        int32_t best = self->nodes.at[node].entry;
        if (best != node) { /* a branch: the longest phrase that begins here */
            for (size_t next = end; next < to; ) {
                int32_t onward = step_to(self, node, self->tokens.at[next]);
                if (onward == UNASKED) return -1;
                if (onward == NONE) {
                    if (!word_at(self, self->tokens.at[next])->letter) break;
                    next++; /* no phrase asks for this letter: it is stepped over */
                    continue;
                }
                node = onward;
                next++;
                if (self->nodes.at[node].entry != NONE) { best = self->nodes.at[node].entry; end = next; }
            }
            skip = end;
            if (best == NONE) continue;
        }
        Node entry = self->nodes.at[best];
        if (entry.concept == NONE) {
            if (close_sentence(self, &open) < 0) return -1;
            continue;
        }
        open.kinds |= entry.kinds;
        open.state = state_with(open.state, entry.state);
        if (PUSH(self->sequence, entry.concept) < 0) return -1;
        if (entry.mask != NONE) {
            self->masked.at[at - from] = entry.mask;
            for (size_t i = at + 1; i < end; i++) self->masked.at[i - from] = NONE;
        }
    }
    return close_sentence(self, &open);
}

/* Counts: what features.count does. */

static int touch(Scan *self, int32_t term, uint32_t times) {
    Term *known = &self->terms.at[term];
    if (!known->count && PUSH(self->touched[known->view], term) < 0) return -1;
    known->count += times;
    return 0;
}

static int count_words(Scan *self, uint32_t times) {
    self->kept.n = 0;
    for (size_t i = 0; i < self->masked.n; i++) {
        int32_t word = self->masked.at[i];
        if (word == NONE || word_at(self, word)->silent) continue;
        if (PUSH(self->kept, word) < 0) return -1;
        if (word_at(self, word)->term != NONE && touch(self, word_at(self, word)->term, times) < 0) return -1;
    }
    for (size_t i = 1; i < self->kept.n; i++) {
        if (!word_at(self, self->kept.at[i - 1])->begins_pair) continue;
        int32_t term = find(self, &self->pairs, both(self->kept.at[i - 1], self->kept.at[i]));
        if (term >= 0 && touch(self, term, times) < 0) return -1;
    }
    return 0;
}

/* Return the term of two neighbouring concepts (`two` NONE: of one); NONE where it weighs nothing. */
static int32_t concept_term(Scan *self, int32_t one, int32_t two) {
    int32_t term = find(self, &self->concept_pairs, both(one, two));
    if (term != UNASKED || self->unknowns[CONCEPTS] == 0.0) return term < 0 ? NONE : term;
    Term unknown = {self->unknowns[CONCEPTS], 0.0, CONCEPTS, 0, 0};
    term = (int32_t)self->terms.n;
    return PUSH(self->terms, unknown) < 0 || put(self, &self->concept_pairs, both(one, two), term) < 0 ? UNASKED : term;
}

static int count_concepts(Scan *self, uint32_t times) {
    for (size_t s = 0; s < self->sentences.n; s++) {
        Sentence sentence = self->sentences.at[s];
        for (int pairs = 0; pairs < 2; pairs++)
            for (int32_t i = sentence.from; i + pairs < sentence.to; i++) {
                int32_t term = concept_term(self, self->sequence.at[i], pairs ? self->sequence.at[i + 1] : NONE);
                if (term == UNASKED || (term != NONE && touch(self, term, times) < 0)) return -1;
            }
    }
    return 0;
}

static int count_patterns(Scan *self, uint64_t kinds, int32_t state, int place) {
    if (state == MANY_STATES) kinds |= TWO_STATES;
    int32_t at = find(self, &self->pattern_lists[place], kinds);
    if (at == UNASKED) {
        at = (int32_t)self->listed.n;
        if (PUSH(self->listed, 0) < 0) return -1;
        for (size_t i = 0; i < self->patterns[place].n; i++) {
            Pattern pattern = self->patterns[place].at[i];
            if ((kinds & pattern.needed) != pattern.needed || kinds & pattern.barred) continue;
            if (PUSH(self->listed, pattern.term) < 0) return -1;
            self->listed.at[at]++;
        }
        if (put(self, &self->pattern_lists[place], kinds, at) < 0) return -1;
        if (self->listed.n > 10 * MAX_WORDS) self->crowded = 1;
    }
    for (int32_t i = 1; i <= self->listed.at[at]; i++) {
        if (touch(self, self->listed.at[at + i], 1) < 0) return -1;
    }
    return 0;
}

static int count_sentences(Scan *self, int is_head, Sentence *lead) {
    for (size_t s = 0; s < self->sentences.n; s++) {
        Sentence sentence = self->sentences.at[s];
        if (count_patterns(self, sentence.kinds, sentence.state, is_head ? 1 : 0) < 0) return -1;
        if (is_head || s < self->lead_sentences) {
            lead->kinds |= sentence.kinds;
            lead->state = state_with(lead->state, sentence.state);
        }
    }
    return 0;
}

/* Return where a word's ballot begins, NONE where it has no vote, UNASKED for an error; asked for once. */
static int32_t ballot_of(Scan *self, int32_t word) {
    int32_t at = word_at(self, word)->votes;
    if (at != UNASKED) return at;
    PyObject *answer = PyObject_CallOneArg(self->votes, self->texts.at[word]);
    if (!answer) return UNASKED;
    int right = PyBytes_Check(answer) && (!PyBytes_GET_SIZE(answer) || PyBytes_GET_SIZE(answer) == self->n_voices);
    if (!right) PyErr_SetString(PyExc_TypeError, "votes must return bytes, one a voice or none");
    else {
        at = PyBytes_GET_SIZE(answer) ? (int32_t)self->ballots.n : NONE;
        for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(answer) && at != UNASKED; i++)
            if (PUSH(self->ballots, (uint8_t)PyBytes_AS_STRING(answer)[i]) < 0) at = UNASKED;
        if (at != UNASKED) word_at(self, word)->votes = at;
    }
    Py_DECREF(answer);
    return at;
}

/* Return the language with the most points, of equals the first; UNASKED for an error. What language.winner does. */
static int voted_language(Scan *self, const uint8_t *prior) {
    for (int i = 0; i < self->n_voices; i++) self->points[i] = prior[i];
    for (size_t i = 0; i < self->tokens.n; i++) {
        int32_t at = ballot_of(self, self->tokens.at[i]);
        if (at == UNASKED) return UNASKED;
        if (at == NONE) continue;
        const uint8_t *ballot = self->ballots.at + at;
        for (int j = 0; j < self->n_voices; j++) self->points[j] += ballot[j];
    }
    int best = 0;
    for (int i = 1; i < self->n_voices; i++)
        if (self->points[i] > self->points[best]) best = i;
    return best < self->n_languages ? best : 0;
}

static int count_all(Scan *self, PyObject *head, PyObject *body, const uint8_t *prior) {
    self->tokens.n = 0;
    if (cut(self, head) < 0) return -1;
    size_t n_head = self->tokens.n;
    if (cut(self, body) < 0) return -1;
    int language = voted_language(self, prior);
    if (language == UNASKED) return -1;
    Sentence lead = {0, NONE, 0, 0};
    for (int part = 0; part < 2; part++) {
        uint32_t times = part ? 1 : self->title_counts;
        if (walk(self, part ? n_head : 0, part ? self->tokens.n : n_head, language) < 0
            || count_words(self, times) < 0 || count_concepts(self, times) < 0
            || count_sentences(self, !part, &lead) < 0)
            return -1;
    }
    return count_patterns(self, lead.kinds, lead.state, 2);
}

static double log_odds(Scan *self) {
    double total = self->bias;
    for (int view = 0; view < N_VIEWS; view++) {
        double norm = self->pads[view], dot = 0.0;
        for (size_t i = 0; i < self->touched[view].n; i++) {
            const Term *term = &self->terms.at[self->touched[view].at[i]];
            double tf = term->count < N_LOGS ? self->logs[term->count] : 1.0 + log((double)term->count);
            if (!term->known) norm += term->norm;
            else if (term->count == 1) { norm += term->norm; dot += term->dot; }
            else { norm += tf * tf * term->norm; dot += tf * term->dot; }
        }
        norm = sqrt(norm);
        total += dot / (norm == 0.0 ? 1.0 : norm);
    }
    return total;
}

static PyObject *scan_log_odds(Scan *self, PyObject *args) {
    PyObject *head, *body;
    const char *prior;
    Py_ssize_t n_prior;
    if (!PyArg_ParseTuple(args, "UUy#", &head, &body, &prior, &n_prior)) return NULL;
    if (n_prior != self->n_voices) return PyErr_Format(PyExc_ValueError, "%zd points for %d voices", n_prior, self->n_voices);
    if (self->busy || !self->fold) Py_RETURN_NONE;
    self->busy = 1;
    int failed = count_all(self, head, body, (const uint8_t *)prior) < 0;
    double total = failed ? 0.0 : log_odds(self);
    for (int view = 0; view < N_VIEWS; view++) {
        for (size_t i = 0; i < self->touched[view].n; i++) self->terms.at[self->touched[view].at[i]].count = 0;
        self->touched[view].n = 0;
    }
    self->busy = 0;
    return failed ? NULL : PyFloat_FromDouble(total);
}

/* Building: scan.py names the terms, binds words and concepts to them, and adds the lexicon's nodes as they turn up. */

static PyObject *scan_add_term(Scan *self, PyObject *args) {
    Term term = {0};
    if (!PyArg_ParseTuple(args, "iddp", &term.view, &term.norm, &term.dot, &term.known)) return NULL;
    if (term.view < 0 || term.view >= N_VIEWS) return PyErr_Format(PyExc_ValueError, "no view %d", term.view);
    if (PUSH(self->terms, term) < 0) return NULL;
    return PyLong_FromSize_t(self->terms.n - 1);
}

static int is_term(const Scan *self, long term) {
    if (term >= 0 && term < (long)self->terms.n) return 1;
    PyErr_Format(PyExc_ValueError, "no term %ld", term);
    return 0;
}

static PyObject *scan_bind_silent(Scan *self, PyObject *args) {
    PyObject *text;
    int word;
    if (!PyArg_ParseTuple(args, "U", &text) || (word = word_of(self, text)) == NONE) return NULL;
    word_at(self, word)->silent = 1;
    Py_RETURN_NONE;
}

static PyObject *scan_bind_word(Scan *self, PyObject *args) {
    PyObject *text;
    int term, word;
    if (!PyArg_ParseTuple(args, "Ui", &text, &term) || !is_term(self, term)) return NULL;
    if ((word = word_of(self, text)) == NONE) return NULL;
    word_at(self, word)->term = term;
    Py_RETURN_NONE;
}

static PyObject *scan_bind_pair(Scan *self, PyObject *args) {
    PyObject *first, *second;
    int term, one, two;
    if (!PyArg_ParseTuple(args, "UUi", &first, &second, &term) || !is_term(self, term)) return NULL;
    if ((one = word_of(self, first)) == NONE || (two = word_of(self, second)) == NONE) return NULL;
    word_at(self, one)->begins_pair = 1;
    if (put(self, &self->pairs, both(one, two), term) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *scan_bind_concepts(Scan *self, PyObject *args) {
    int one, two, term;
    if (!PyArg_ParseTuple(args, "iii", &one, &two, &term) || !is_term(self, term)) return NULL;
    if (put(self, &self->concept_pairs, both(one, two), term) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *scan_bind_pattern(Scan *self, PyObject *args) {
    unsigned long long needed, barred;
    int place, term;
    if (!PyArg_ParseTuple(args, "iKKi", &place, &needed, &barred, &term) || !is_term(self, term)) return NULL;
    if (place < 0 || place > 2) return PyErr_Format(PyExc_ValueError, "no place %d", place);
    Pattern pattern = {needed, barred, term};
    if (PUSH(self->patterns[place], pattern) < 0) return NULL;
    Py_RETURN_NONE;
}

static PyObject *scan_begin(Scan *self, PyObject *Py_UNUSED(args)) {
    self->n_own = self->texts.n;
    self->crowded = 0;
    Py_RETURN_NONE;
}

static PyObject *scan_add_entry(Scan *self, PyObject *args) {
    unsigned long long kinds;
    Node node = {0, NONE, NONE, NONE, (int32_t)self->nodes.n, 0, 0};
    PyObject *mask;
    if (!PyArg_ParseTuple(args, "KiiU", &kinds, &node.state, &node.concept, &mask)) return NULL;
    if (PyUnicode_GET_LENGTH(mask) && (node.mask = word_of(self, mask)) == NONE) return NULL;
    node.kinds = kinds;
    if (PUSH(self->nodes, node) < 0) return NULL;
    return PyLong_FromSize_t(self->nodes.n - 1);
}

static PyObject *scan_add_branch(Scan *self, PyObject *args) {
    int32_t number = (int32_t)self->nodes.n;
    Node node = {0, NONE, NONE, NONE, NONE, (int32_t)self->stems.n, 0};
    PyObject *following, *stems, *text, *to;
    if (!PyArg_ParseTuple(args, "iO!O!", &node.entry, &PyDict_Type, &following, &PyDict_Type, &stems)) return NULL;
    if (node.entry < NONE || node.entry >= number) return PyErr_Format(PyExc_ValueError, "no entry %d", node.entry);
    for (Py_ssize_t at = 0; PyDict_Next(following, &at, &text, &to); ) {
        int32_t next = asked(Py_NewRef(to), self->nodes.n), word = next >= 0 ? word_of(self, text) : NONE;
        if (word == NONE || put(self, &self->steps, both(number, word), next) < 0) return NULL;
    }
    for (Py_ssize_t at = 0; PyDict_Next(stems, &at, &text, &to); node.n_stems++) {
        Stem stem = {text, asked(Py_NewRef(to), self->nodes.n)};
        if (stem.node < 0 || PUSH(self->stems, stem) < 0) return NULL;
        Py_INCREF(text);
    }
    if (PUSH(self->nodes, node) < 0) return NULL;
    return PyLong_FromLong(number);
}

static int scan_init(Scan *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"fold", "lexicon", "number", "votes", "cased", "n_languages", "n_voices", "bias", "pads",
                            "unknowns", "title_counts", "lead_sentences", "seed", NULL};
    PyObject *fold, *lexicon, *number, *votes, *cased;
    unsigned long long seed;
    if (self->ids) { PyErr_SetString(PyExc_TypeError, "made already"); return -1; }
    if (!PyArg_ParseTupleAndKeywords(
            args, kwargs, "OOOOO!iid(ddd)(ddd)IIK", names, &fold, &lexicon, &number, &votes, &PyDict_Type, &cased,
            &self->n_languages, &self->n_voices, &self->bias, &self->pads[0], &self->pads[1], &self->pads[2],
            &self->unknowns[0], &self->unknowns[1], &self->unknowns[2], &self->title_counts,
            &self->lead_sentences, &seed))
        return -1;
    if (self->n_languages < 1 || self->n_languages > MAX_LANGUAGES || self->n_voices < self->n_languages
        || self->n_voices > MAX_VOICES) {
        PyErr_SetString(PyExc_ValueError, "too many languages");
        return -1;
    }
    self->seed = mixed(seed);
    self->word_size = sizeof(Word) + sizeof(int32_t) * (size_t)self->n_languages;
    for (int n = 1; n < N_LOGS; n++) self->logs[n] = 1.0 + log((double)n);
    self->written_mask = 1023;
    self->written = PyMem_Malloc((self->written_mask + 1) * sizeof *self->written);
    self->ids = PyDict_New();
    if (!self->written || !self->ids) { PyErr_NoMemory(); return -1; }
    for (size_t i = 0; i <= self->written_mask; i++) self->written[i].word = NONE;
    self->fold = Py_NewRef(fold); self->number = Py_NewRef(number); self->lexicon = Py_NewRef(lexicon);
    self->cased = Py_NewRef(cased); self->votes = Py_NewRef(votes);
    return 0;
}

static int scan_traverse(Scan *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->fold); Py_VISIT(self->number); Py_VISIT(self->lexicon); Py_VISIT(self->votes);
    for (int i = 0; i < MAX_LANGUAGES; i++) { Py_VISIT(self->lexicons[i].words); Py_VISIT(self->lexicons[i].heads); }
   
    Py_VISIT(self->ids); Py_VISIT(self->cased);
    return 0;
}

static int scan_clear(Scan *self) {
    Py_CLEAR(self->fold); Py_CLEAR(self->number); Py_CLEAR(self->lexicon); Py_CLEAR(self->votes);
    for (int i = 0; i < MAX_LANGUAGES; i++) { Py_CLEAR(self->lexicons[i].words); Py_CLEAR(self->lexicons[i].heads); }
   
    return 0; /* the other two hold strings and numbers alone: no cycle passes through them */
}

static void scan_dealloc(Scan *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    scan_clear(self);
    Py_CLEAR(self->ids); Py_CLEAR(self->cased);
    for (size_t i = 0; i < self->texts.n; i++) Py_DECREF(self->texts.at[i]);
    for (size_t i = 0; i < self->stems.n; i++) Py_DECREF(self->stems.at[i].text);
    Table *tables[] = {&self->pairs, &self->concept_pairs, &self->steps, &self->pattern_lists[0],
                       &self->pattern_lists[1], &self->pattern_lists[2], &self->short_tokens};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) PyMem_Free(tables[i]->slots);
    void *vectors[] = {self->written, self->letters.at, self->texts.at, self->words, self->nodes.at, self->stems.at, self->terms.at,
                       self->patterns[0].at, self->patterns[1].at, self->patterns[2].at, self->listed.at, self->ballots.at, self->cuts.at, self->tokens.at, self->masked.at, self->kept.at, self->sequence.at,
                       self->touched[0].at, self->touched[1].at, self->touched[2].at, self->sentences.at};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) PyMem_Free(vectors[i]);
    type->tp_free((PyObject *)self);
    Py_DECREF(type);
}

static PyObject *scan_crowded(Scan *self, void *Py_UNUSED(closure)) { return PyBool_FromLong(self->crowded); }

#define METHOD(name, doc) {#name, (PyCFunction)scan_##name, METH_VARARGS, PyDoc_STR(doc)}
static PyMethodDef methods[] = {
    METHOD(log_odds, "log_odds(head, body, prior) -> float, or None where a call is under way; prior: bytes, points for each voice"),
    METHOD(add_term, "add_term(view, norm, dot, known) -> its number"),
    METHOD(bind_silent, "bind_silent(text): a word that does not count"),
    METHOD(bind_word, "bind_word(text, term): the term of a folded or masked word"),
    METHOD(bind_pair, "bind_pair(first, second, term): the term of two neighbouring words"),
    METHOD(bind_concepts, "bind_concepts(one, two, term): the term of two neighbouring concepts, or of one (two: -1)"),
    METHOD(bind_pattern, "bind_pattern(place, needed, barred, term): the term of kinds that stand together"),
    METHOD(begin, "begin(): all of the model's own words are bound; what follows is met"),
    METHOD(add_entry, "add_entry(kinds, state, concept, mask) -> the node of an entry"),
    METHOD(add_branch, "add_branch(entry, following, stems) -> the node of a branch that alone is that entry"),
    {NULL, NULL, 0, NULL},
};
static PyGetSetDef attributes[] = {
    {"crowded", (getter)scan_crowded, NULL, PyDoc_STR("Whether it is time for a new one."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyType_Slot slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("Words, lexicon and weights of one model.")},
    {Py_tp_init, scan_init},
    {Py_tp_dealloc, scan_dealloc},
    {Py_tp_traverse, scan_traverse},
    {Py_tp_clear, scan_clear},
    {Py_tp_methods, methods},
    {Py_tp_getset, attributes},
    {0, NULL},
};
static PyType_Spec spec = {"monitor.classify._scan.Scan", sizeof(Scan), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};

static int exec_module(PyObject *module) {
    for (int c = 0; c < 128; c++)
        ascii_class[c] = (c >= '0' && c <= '9') || c == '_' ? WORD_CHAR
            : (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? WORD_CHAR | LETTER
            : c == '.' || c == '!' || c == '?' || c == '\n' ? END : 0;
    PyObject *type = PyType_FromSpec(&spec);
    if (!type) return -1;
    int failed = PyModule_AddObjectRef(module, "Scan", type);
    Py_DECREF(type);
    return failed < 0 ? -1 : PyModule_AddIntConstant(module, "VERSION", 5);
}
static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, exec_module}, {0, NULL}};
static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_scan", PyDoc_STR("A text's log-odds in one pass."), 0, NULL, module_slots, NULL, NULL, NULL,
};
PyMODINIT_FUNC PyInit__scan(void) { return PyModuleDef_Init(&definition); }
