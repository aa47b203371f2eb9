//===- Library.c - Products by the vendor's library -*- C -*-===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// cuBLASLt is opened by name when the first product asks for it, one that is in the
// process already before any other, and not one that is too old. It sees matrices by columns, so
// that its product is
//
//   y^T (b x rows)  =  w (c x b)^T  x^T (c x rows)
//
// on the memory that holds y, w and x by rows. What it refuses is not an error here: the
// caller has a kernel of its own. Its choice for a shape is kept, also that it has none.
//
//===----------------------------------------------------------------------===//

#include "Driver.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

//===----------------------------------------------------------------------===//
// The library
//===----------------------------------------------------------------------===//

/// cublasLtMatmulAlgo_t and cublasLtMatmulHeuristicResult_t.
typedef struct Algorithm {
  uint64_t data[8];
} Algorithm;
typedef struct Choice {
  Algorithm algorithm;
  size_t workspaceBytes;
  int status;
  float waves;
  int reserved[4];
} Choice;

/// Name in the library, name here, parameters; all return 0 where they succeed.
#define DANAUS_LIBRARY_FUNCTIONS(X)                                                                \
  X(cublasLtCreate, create, (Handle *))                                                            \
  X(cublasLtMatmulDescCreate, productCreate, (Handle *, int, int))                                 \
  X(cublasLtMatmulDescSetAttribute, productSet, (Handle, int, const void *, size_t))               \
  X(cublasLtMatrixLayoutCreate, layoutCreate, (Handle *, int, uint64_t, uint64_t, int64_t))        \
  X(cublasLtMatrixLayoutDestroy, layoutDestroy, (Handle))                                          \
  X(cublasLtMatmulPreferenceCreate, preferenceCreate, (Handle *))                                  \
  X(cublasLtMatmulPreferenceSetAttribute, preferenceSet, (Handle, int, const void *, size_t))      \
  X(cublasLtMatmulPreferenceDestroy, preferenceDestroy, (Handle))                                  \
  X(cublasLtMatmulAlgoGetHeuristic, choose,                                                        \
    (Handle, Handle, Handle, Handle, Handle, Handle, Handle, int, Choice *, int *))                \
  X(cublasLtMatmul, multiply,                                                                      \
    (Handle, Handle, const void *, const void *, Handle, const void *, Handle, const void *,       \
     const void *, Handle, void *, Handle, const Algorithm *, void *, size_t, Handle))

typedef struct Library {
#define DANAUS_DECLARE(symbol, name, parameters) int(*name) parameters;
  DANAUS_LIBRARY_FUNCTIONS(DANAUS_DECLARE)
#undef DANAUS_DECLARE
  Handle product; ///< w transposed, summed in f32; null where nothing can be computed
} Library;

static Library theLibrary;

/// Whether the library is new enough and has all that is asked of it.
static bool loadSymbols(void *library) {
  enum { wantedVersion = 120000 };
  size_t (*getVersion)(void);
  bool isWhole = true;
  *(void **)&getVersion = dlsym(library, "cublasLtGetVersion");
#define DANAUS_LOAD(symbol, name, parameters)                                                      \
  *(void **)&theLibrary.name = dlsym(library, #symbol);                                            \
  isWhole &= theLibrary.name != NULL;
  DANAUS_LIBRARY_FUNCTIONS(DANAUS_LOAD)
#undef DANAUS_LOAD
  return isWhole && getVersion && getVersion() >= wantedVersion;
}

/// Takes the library of a name, if it opens and can be used.
static bool take(const char *name, int mode) {
  // CUBLAS_COMPUTE_32F, CUDA_R_32F; CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T.
  enum { computeF32 = 68, scaleF32 = 0, transposeFirst = 3, isTransposed = 1 };
  int32_t transposition = isTransposed;
  Handle product = NULL;
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL | mode);
  if (!library)
    return false;
  if (!loadSymbols(library) || theLibrary.productCreate(&product, computeF32, scaleF32) ||
      theLibrary.productSet(product, transposeFirst, &transposition, sizeof transposition)) {
    dlclose(library);
    return false;
  }
  theLibrary.product = product;
  return true;
}

/// The one that the environment names, else one in this process, else one of the system.
static void openLibrary(void) {
  static const char *const names[] = {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"};
  enum { numNames = sizeof names / sizeof *names };
  const char *path = getenv("DANAUS_CUBLASLT");
  if (path) {
    // Who names one should know why products are slower; an error would stop a layer that runs.
    if (*path && !take(path, 0))
      fprintf(stderr,
              "danaus: DANAUS_CUBLASLT: wanted cuBLASLt of version 12.0 or more, found '%s', which "
              "is not used\n",
              path);
    return;
  }
  for (int i = 0; i < numNames; ++i)
    if (take(names[i], RTLD_NOLOAD))
      return;
  for (int i = 0; i < numNames; ++i)
    if (take(names[i], 0))
      return;
}

//===----------------------------------------------------------------------===//
// What was chosen
//===----------------------------------------------------------------------===//

/// What a choice depends on: sizes, and the greatest power of two up to 256 that divides
/// the addresses.
typedef struct Shape {
  Handle context;
  int64_t rows, b, c;
  int32_t isBf16, alignment;
} Shape;

/// One product; without layouts where the library has none.
typedef struct Plan {
  Shape shape;
  Handle handle; ///< of the library, for the context
  Handle x, w, y;
  Algorithm algorithm;
} Plan;

enum { maxPlans = 64, maxContexts = 16 };
static Plan plans[maxPlans];
static unsigned numPlans; ///< ever made; the oldest gives its place to the next
static int64_t numProducts;
static struct {
  Handle context, handle;
} handles[maxContexts];
/// Guards the above, and a plan while it is used.
static pthread_mutex_t plansMutex = PTHREAD_MUTEX_INITIALIZER;

/// The library's handle for the current context, or null.
static Handle findHandle(Handle context) {
  for (int i = 0; i < maxContexts; ++i) {
    if (!handles[i].context && !theLibrary.create(&handles[i].handle))
      handles[i].context = context;
    if (!handles[i].context || handles[i].context == context)
      return handles[i].context ? handles[i].handle : NULL;
  }
  return NULL;
}

static bool areEqual(const Shape *one, const Shape *other) {
  return one->context == other->context && one->rows == other->rows && one->b == other->b &&
         one->c == other->c && one->isBf16 == other->isBf16 && one->alignment == other->alignment;
}

static void forget(Plan *plan) {
  Handle layouts[] = {plan->x, plan->w, plan->y};
  for (int i = 0; i < 3; ++i)
    if (layouts[i])
      theLibrary.layoutDestroy(layouts[i]);
  memset(plan, 0, sizeof *plan);
}

/// Lays the operands out, as the library sees them; 0 on success.
static int describe(Plan *plan) {
  enum { typeF16 = 2, typeBf16 = 14 }; // CUDA_R_16F and CUDA_R_16BF
  const Shape *shape = &plan->shape;
  int type = shape->isBf16 ? typeBf16 : typeF16;
  uint64_t rows = (uint64_t)shape->rows, b = (uint64_t)shape->b, c = (uint64_t)shape->c;
  return theLibrary.layoutCreate(&plan->w, type, c, b, shape->c) ||
         theLibrary.layoutCreate(&plan->x, type, c, rows, shape->c) ||
         theLibrary.layoutCreate(&plan->y, type, b, rows, shape->b);
}

/// Asks for an algorithm that needs no workspace; 0 on success.
static int choose(Plan *plan) {
  // CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, and _MIN_ALIGNMENT_A_BYTES to _D_BYTES.
  enum { workspaceLimit = 1, firstAlignment = 5, lastAlignment = 8 };
  uint64_t noWorkspace = 0;
  uint32_t alignment = (uint32_t)plan->shape.alignment;
  Handle preference = NULL;
  Choice choice;
  int count = 0;
  memset(&choice, 0, sizeof choice);
  int failed =
      theLibrary.preferenceCreate(&preference) ||
      theLibrary.preferenceSet(preference, workspaceLimit, &noWorkspace, sizeof noWorkspace);
  for (int which = firstAlignment; which <= lastAlignment && !failed; ++which)
    failed = theLibrary.preferenceSet(preference, which, &alignment, sizeof alignment);
  failed = failed || theLibrary.choose(plan->handle, theLibrary.product, plan->w, plan->x, plan->y,
                                       plan->y, preference, 1, &choice, &count);
  if (preference)
    theLibrary.preferenceDestroy(preference);
  plan->algorithm = choice.algorithm;
  return failed || count < 1 || choice.status;
}

/// The plan for a shape, made where it is new.
static Plan *findPlan(const Shape *shape) {
  unsigned known = numPlans < maxPlans ? numPlans : maxPlans;
  for (unsigned i = 0; i < known; ++i)
    if (areEqual(&plans[i].shape, shape))
      return &plans[i];
  Plan *plan = &plans[numPlans++ % maxPlans];
  forget(plan);
  plan->shape = *shape;
  plan->handle = findHandle(shape->context);
  if (!plan->handle || describe(plan) || choose(plan)) {
    forget(plan);
    plan->shape = *shape;
  }
  return plan;
}

//===----------------------------------------------------------------------===//
// The product
//===----------------------------------------------------------------------===//

/// 0 where the product was launched. The plans are locked.
static int multiply(const Shape *shape, const void *x, const void *w, void *y) {
  const float one = 1, zero = 0;
  Plan *plan = findPlan(shape);
  if (!plan->y)
    return 1;
  return theLibrary.multiply(plan->handle, theLibrary.product, &one, w, plan->w, x, plan->x, &zero,
                             y, plan->y, y, plan->y, &plan->algorithm, NULL, 0,
                             danausCudaThread()->stream);
}

static int32_t alignmentOf(const void *x, const void *w, const void *y) {
  uintptr_t bits = (uintptr_t)x | (uintptr_t)w | (uintptr_t)y | 256;
  return (int32_t)(bits & -bits);
}

int32_t danausCudaLibraryProduct(const void *x, const void *w, void *y, int64_t rows, int64_t b,
                                 int64_t c, int32_t isBf16) {
  enum { relaxed = 2 }; // CU_STREAM_CAPTURE_MODE_RELAXED
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  Driver *driver = danausCudaReady();
  if (!driver)
    return 0;
  if (rows == 0)
    return 1;
  // Opening it, and its first product, may allocate, which a caller that records a graph
  // must allow.
  int mode = relaxed;
  driver->exchangeCaptureMode(&mode);
  pthread_once(&once, openLibrary);
  int failed = 1;
  if (theLibrary.product) {
    Shape shape = {danausCudaThread()->context, rows, b, c, isBf16, alignmentOf(x, w, y)};
    pthread_mutex_lock(&plansMutex);
    failed = multiply(&shape, x, w, y);
    numProducts += !failed;
    pthread_mutex_unlock(&plansMutex);
  }
  driver->exchangeCaptureMode(&mode);
  return !failed;
}

int64_t danausCudaLibraryProducts(void) {
  pthread_mutex_lock(&plansMutex);
  int64_t count = numProducts;
  pthread_mutex_unlock(&plansMutex);
  return count;
}
