/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation/disc_fit.h"

#include <math.h>
#include <string.h>

static const double BYTE = 255.0;

/* In pixels: around the disc in its patch; how far from the patch's middle a fit goes on in it; how far discs
 * are that do not touch, beyond their edges. */
static const double MARGIN = 4.0, WANDER = 2.0, APART = 3.0;

/* A fit ends with a step below this, in pixels, and takes none above that. */
static const double SHORTEST = 1e-4, LONGEST = 1.5;

/* Discs that moved less do not move others. */
static const double STILL = 1e-3;

/* A strength found on whole pixels says no more than that the disc is below full strength, if it is below. */
static const double FADED = 0.8;

enum { STEPS = 30, PATCHES = 6, ROUNDS = 12 };

/* Where a disc is judged: at pixels where more of it is seen. */
static const double FAINT = 0.02;

/* What disc k has to explain in a patch, and with what: per pixel, as the header has it. */
struct share {
    struct render_patch patch;
    int count;
    double u[DISC_FIT_PIXELS], w[DISC_FIT_PIXELS], v[DISC_FIT_PIXELS], through[DISC_FIT_PIXELS];
};

/* A disc's opacity in a patch, and its slopes. */
struct opacity {
    double a[DISC_FIT_PIXELS], along_x[DISC_FIT_PIXELS], along_y[DISC_FIT_PIXELS];
};

static void opacity_of(const struct render_disc *disc, const struct render_patch *patch,
                       struct opacity *out) {
    render_discs_opacity(disc, patch, out->a, out->along_x, out->along_y);
}

/* Light of discs laid behind one another, and what they let through. */
struct layer {
    double color[IMAGE_CHANNELS][DISC_FIT_PIXELS], through[DISC_FIT_PIXELS];
};

static int within(double pixel) {
    return (int)fmin(fmax(pixel, 0.0), IMAGE_SIDE);
}

/* The pixels within `reach` (in pixels) of a place in units of the canvas side; at least one row and column.
 */
static struct render_patch patch_around(double x, double y, double reach) {
    double column = x / DISC_FIT_PIXEL, row = y / DISC_FIT_PIXEL;
    struct render_patch patch = {within(ceil(row - reach)), within(floor(row + reach) + 1.0),
                                 within(ceil(column - reach)), within(floor(column + reach) + 1.0)};
    patch.top = patch.top < IMAGE_SIDE ? patch.top : IMAGE_SIDE - 1;
    patch.left = patch.left < IMAGE_SIDE ? patch.left : IMAGE_SIDE - 1;
    patch.bottom = patch.bottom > patch.top ? patch.bottom : patch.top + 1;
    patch.right = patch.right > patch.left ? patch.right : patch.left + 1;
    return patch;
}

static double radius_in_pixels(const struct render_disc *disc) {
    return disc->radius / DISC_FIT_PIXEL;
}

static const struct render_patch whole = {0, IMAGE_SIDE, 0, IMAGE_SIDE};

void disc_fit_start(struct disc_picture *picture, const struct render_disc *discs, int count) {
    struct opacity opacity;
    *picture = (struct disc_picture){.count = count};
    for (int k = 0; k < count; k++) {
        struct render_disc middle = discs[k];
        picture->discs[k] = discs[k];
        picture->strength[k] = 1.0;
        middle.x = middle.y = 0.5;
        opacity_of(&middle, &whole, &opacity);
        for (int i = 0; i < DISC_FIT_PIXELS; i++) {
            picture->size[k] += opacity.a[i] * opacity.a[i];
        }
    }
}

void disc_fit_show(struct disc_picture *picture, const uint8_t image[IMAGE_VALUES]) {
    for (int i = 0; i < DISC_FIT_PIXELS; i++) {
        for (int c = 0; c < IMAGE_CHANNELS; c++) {
            picture->image[c][i] = ((double)image[i * IMAGE_CHANNELS + c] + 0.5) / BYTE;
        }
    }
}

/* Whether a disc changes pixels of the patch. */
static bool reaches(const struct render_disc *disc, const struct render_patch *patch) {
    double reach = radius_in_pixels(disc) + APART;
    double x = disc->x / DISC_FIT_PIXEL, y = disc->y / DISC_FIT_PIXEL;
    return x + reach > patch->left && x - reach < patch->right && y + reach > patch->top &&
           y - reach < patch->bottom;
}

static void layer_clear(struct layer *layer, int pixels) {
    for (int i = 0; i < pixels; i++) {
        for (int c = 0; c < IMAGE_CHANNELS; c++) {
            layer->color[c][i] = 0.0;
        }
        layer->through[i] = 1.0;
    }
}

/* Lays a disc behind those of the layer. */
static void layer_add(struct layer *layer, const struct render_disc *disc, double strength,
                      const struct share *share) {
    struct opacity opacity;
    if (!reaches(disc, &share->patch)) {
        return;
    }
    opacity_of(disc, &share->patch, &opacity);
    for (int i = 0; i < share->count; i++) {
        double seen = layer->through[i] * strength * opacity.a[i];
        for (int c = 0; c < IMAGE_CHANNELS; c++) {
            layer->color[c][i] += seen * disc->color[c];
        }
        layer->through[i] -= seen;
    }
}

/* u, v, w from the light in front of a disc of some colour and behind it. */
static void compare(struct share *share, const struct disc_picture *picture, const double *color,
                    const struct layer *front, const struct layer *behind) {
    const struct render_patch *patch = &share->patch;
    int columns = patch->right - patch->left;
    for (int i = 0; i < share->count; i++) {
        int pixel = (patch->top + i / columns) * IMAGE_SIDE + patch->left + i % columns;
        double through = front->through[i], u = 0.0, v = 0.0, w = 0.0;
        for (int c = 0; c < IMAGE_CHANNELS; c++) {
            double back = behind->color[c][i] + behind->through[i] * render_discs_background[c];
            double y = picture->image[c][pixel] - front->color[c][i] - through * back;
            double d = through * (color[c] - back);
            u += y * d;
            v += y * y;
            w += d * d;
        }
        share->u[i] = u;
        share->v[i] = v;
        share->w[i] = w;
        share->through[i] = through;
    }
}

static void share_of(struct share *share, const struct disc_picture *picture, int k,
                     const struct render_patch *patch) {
    struct layer front, behind;
    share->patch = *patch;
    share->count = (patch->bottom - patch->top) * (patch->right - patch->left);
    layer_clear(&front, share->count);
    layer_clear(&behind, share->count);
    for (int l = 0; l < picture->count; l++) {
        if (l != k && picture->drawn[l]) {
            layer_add(l < k ? &front : &behind, &picture->discs[l], picture->strength[l], share);
        }
    }
    compare(share, picture, picture->discs[k].color, &front, &behind);
}

/* --- the fit of one disc ------------------------------------------------------------------------------- */

/* The squared error without what no place of the disc changes, half its downhill gradient and its curvature
 * by Gauss and Newton. */
struct error {
    double value, gx, gy, hxx, hxy, hyy;
};

static struct error error_at(const struct share *share, const struct render_disc *disc, double strength) {
    struct opacity opacity;
    struct error error = {0};
    opacity_of(disc, &share->patch, &opacity);
    for (int i = 0; i < share->count; i++) {
        double a = strength * opacity.a[i], w = share->w[i];
        double x = strength * opacity.along_x[i], y = strength * opacity.along_y[i];
        double rest = share->u[i] - a * w;
        error.value -= a * (share->u[i] + rest);
        error.gx += x * rest;
        error.gy += y * rest;
        error.hxx += x * x * w;
        error.hxy += x * y * w;
        error.hyy += y * y * w;
    }
    return error;
}

/* Moves a disc by the damped step, no longer than LONGEST; returns its length in pixels. */
static double step(struct render_disc *disc, const struct error *error, double damping) {
    double floor = 1e-12 * (error->hxx + error->hyy);
    double hxx = error->hxx * (1.0 + damping) + floor, hyy = error->hyy * (1.0 + damping) + floor;
    double determinant = hxx * hyy - error->hxy * error->hxy;
    if (!(determinant > 0.0)) {
        return 0.0;
    }
    double x = (hyy * error->gx - error->hxy * error->gy) / determinant;
    double y = (hxx * error->gy - error->hxy * error->gx) / determinant;
    double length = sqrt(x * x + y * y) / DISC_FIT_PIXEL, scale = length > LONGEST ? LONGEST / length : 1.0;
    disc->x += scale * x;
    disc->y += scale * y;
    return scale * length;
}

static double distance(const struct render_disc *a, const struct render_disc *b) {
    double x = a->x - b->x, y = a->y - b->y;
    return sqrt(x * x + y * y) / DISC_FIT_PIXEL;
}

/* Levenberg and Marquardt within a share's patch; false where the disc left the middle of the patch and
 * wants another one. */
static bool descend(const struct share *share, struct render_disc *disc, double strength) {
    const struct render_disc start = *disc;
    struct error error = error_at(share, disc, strength);
    double damping = 1e-3;
    for (int i = 0; i < STEPS && damping < 1e6; i++) {
        struct render_disc trial = *disc;
        double length = step(&trial, &error, damping);
        struct error tried = error_at(share, &trial, strength);
        bool better = tried.value < error.value;
        if (better) {
            *disc = trial;
            error = tried;
        }
        damping *= better ? 0.1 : 10.0;
        if (length < SHORTEST) {
            return true;
        }
        if (distance(disc, &start) > WANDER) {
            return false;
        }
    }
    return true;
}

static double visible_part(const struct disc_picture *picture, int k, const struct share *share,
                           const struct opacity *opacity) {
    double sum = 0.0;
    for (int i = 0; i < share->count; i++) {
        double seen = share->through[i] * opacity->a[i];
        sum += seen * seen;
    }
    return sum / picture->size[k];
}

static bool is_buried(const struct disc_picture *picture, int k, const struct share *share) {
    struct opacity opacity;
    opacity_of(&picture->discs[k], &share->patch, &opacity);
    return visible_part(picture, k, share, &opacity) < DISC_FIT_BURIED;
}

/* Returns by how much the disc moved, in pixels. */
static double fit(struct disc_picture *picture, int k) {
    struct render_disc *disc = &picture->discs[k];
    const struct render_disc start = *disc;
    struct share share;
    for (int i = 0; i < PATCHES; i++) {
        struct render_patch patch = patch_around(disc->x, disc->y, radius_in_pixels(disc) + MARGIN);
        share_of(&share, picture, k, &patch);
        if (is_buried(picture, k, &share) || descend(&share, disc, picture->strength[k])) {
            break;
        }
    }
    return distance(disc, &start);
}

bool disc_fit_touch(const struct render_disc *a, const struct render_disc *b) {
    return distance(a, b) < radius_in_pixels(a) + radius_in_pixels(b) + APART;
}

void disc_fit_settle(struct disc_picture *picture, const bool *marked) {
    bool moving[SIMULATOR_MAX_BODIES], any = true;
    memcpy(moving, marked, sizeof moving);
    for (int round = 0; round < ROUNDS && any; round++) {
        any = false;
        for (int k = 0; k < picture->count; k++) {
            if (!moving[k] || !picture->drawn[k]) {
                continue;
            }
            moving[k] = false;
            const struct render_disc before = picture->discs[k];
            bool moved = fit(picture, k) > STILL;
            for (int l = 0; l < picture->count && moved; l++) {
                const struct render_disc *other = &picture->discs[l];
                if (l != k && picture->drawn[l] &&
                    (disc_fit_touch(&before, other) || disc_fit_touch(&picture->discs[k], other))) {
                    moving[l] = any = true;
                }
            }
        }
    }
}

struct disc_fit disc_fit_judge(const struct disc_picture *picture, int k) {
    const struct render_disc *disc = &picture->discs[k];
    struct render_patch patch = patch_around(disc->x, disc->y, radius_in_pixels(disc) + MARGIN);
    struct share share;
    struct opacity opacity;
    share_of(&share, picture, k, &patch);
    opacity_of(disc, &patch, &opacity);
    double shown = 0.0, contrast = 0.0, left = 0.0, inside = 0.0;
    for (int i = 0; i < share.count; i++) {
        inside += opacity.a[i] * opacity.a[i];
        double a = share.through[i] * opacity.a[i] > FAINT ? opacity.a[i] : 0.0;
        shown += a * share.u[i];
        contrast += a * a * share.w[i];
        left += a > 0.0 ? share.v[i] : 0.0;
    }
    struct disc_fit out = {.inside = inside / picture->size[k],
                           .visible = visible_part(picture, k, &share, &opacity),
                           .misfit = INFINITY};
    if (contrast > 0.0) {
        out.amplitude = shown / contrast;
        out.misfit = fmax(left / contrast - out.amplitude * out.amplitude, 0.0);
    }
    return out;
}

/* --- the search ---------------------------------------------------------------------------------------- */

/* What a disc of the best strength explains at a place, and that strength. */
struct find {
    double taken, strength;
};

/* The squared error that a disc with its middle on a pixel takes away, 2 s sum a u - s^2 sum a^2 w, at its
 * largest. `stencil` is its opacity there, [2 half + 1][2 half + 1]. */
static struct find explained(const struct share *share, const double *stencil, int half, int row,
                             int column) {
    int top = row > half ? row - half : 0, bottom = row + half < IMAGE_SIDE ? row + half + 1 : IMAGE_SIDE;
    int left = column > half ? column - half : 0;
    int right = column + half < IMAGE_SIDE ? column + half + 1 : IMAGE_SIDE;
    double shown = 0.0, contrast = 0.0;
    for (int i = top; i < bottom; i++) {
        int from = (i - row + half) * (2 * half + 1) + half - column;
        for (int j = left; j < right; j++) {
            double a = stencil[from + j];
            shown += a * share->u[i * IMAGE_SIDE + j];
            contrast += a * a * share->w[i * IMAGE_SIDE + j];
        }
    }
    double strength = contrast > 0.0 ? fmin(fmax(shown / contrast, DISC_FIT_WEAKEST), 1.0) : 1.0;
    return (struct find){strength * (2.0 * shown - strength * contrast), strength};
}

/* The opacity of a disc on a pixel, at the pixels around it; returns half the side. */
static int make_stencil(const struct render_disc *disc, double *stencil) {
    enum { MIDDLE = IMAGE_SIDE / 2 };
    struct opacity opacity;
    struct render_disc middle = *disc;
    int half = (int)fmin(ceil(radius_in_pixels(disc) + 1.0), MIDDLE - 1);
    struct render_patch patch = {MIDDLE - half, MIDDLE + half + 1, MIDDLE - half, MIDDLE + half + 1};
    middle.x = middle.y = MIDDLE * DISC_FIT_PIXEL;
    opacity_of(&middle, &patch, &opacity);
    memcpy(stencil, opacity.a, (size_t)((2 * half + 1) * (2 * half + 1)) * sizeof *stencil);
    return half;
}

double disc_fit_search(struct disc_picture *picture, int k, double reach) {
    struct render_disc *disc = &picture->discs[k];
    struct render_patch places = reach < 0.0 ? whole : patch_around(disc->x, disc->y, reach);
    struct share share;
    double stencil[DISC_FIT_PIXELS], best = 0.0;
    int half = make_stencil(disc, stencil);
    share_of(&share, picture, k, &whole);
    for (int row = places.top; row < places.bottom; row++) {
        for (int column = places.left; column < places.right; column++) {
            struct find find = explained(&share, stencil, half, row, column);
            if (find.taken > best) {
                best = find.taken;
                picture->strength[k] = find.strength < FADED ? find.strength : 1.0;
                disc->x = column * DISC_FIT_PIXEL;
                disc->y = row * DISC_FIT_PIXEL;
            }
        }
    }
    return best;
}
