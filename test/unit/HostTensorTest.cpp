//===- HostTensorTest.cpp - Elements and tensor files ---------------------===//
//
// Part of the Danaus project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "danaus/Support/HostTensor.h"
#include "danaus/Driver/TensorFiles.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace danaus;
using llvm::APFloat;

/// The bits that LLVM's soft float gives `value`.
static uint64_t softEncode(const llvm::fltSemantics &semantics, double value) {
  APFloat soft(value);
  bool losesInfo;
  soft.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return soft.bitcastToAPInt().getZExtValue();
}

static void expectEncoding(double value) {
  EXPECT_EQ(encodeElement(ElementKind::F16, value), softEncode(APFloat::IEEEhalf(), value))
      << value;
  EXPECT_EQ(encodeElement(ElementKind::BF16, value), softEncode(APFloat::BFloat(), value)) << value;
}

TEST(HostTensor, everyHalfDecodesAndEncodesToItself) {
  for (uint64_t bits = 0; bits < 1 << 16; ++bits)
    for (ElementKind kind : {ElementKind::F16, ElementKind::BF16}) {
      double value = decodeElement(kind, bits);
      if (!std::isnan(value))
        EXPECT_EQ(encodeElement(kind, value), bits);
    }
}

TEST(HostTensor, roundingIsThatOfSoftFloat) {
  for (int exponent = -140; exponent <= 130; ++exponent)
    for (double mantissa : {1.0, 1 + 0x1p-8, 1 + 0x1p-9, 1 + 0x3p-9, 1 + 0x1p-11, 1 + 0x3p-11,
                            1 + 0x1p-40, 1.3333, 1.99999, 2 - 0x1p-12}) {
      expectEncoding(std::ldexp(mantissa, exponent));
      expectEncoding(-std::ldexp(mantissa, exponent));
    }
}

TEST(HostTensor, specialValues) {
  for (double value : {0.0, -0.0, 65504.0, 65519.9, 65520.0, 1e300, 5e-324, HUGE_VAL, -HUGE_VAL})
    expectEncoding(value);
  EXPECT_TRUE(
      std::isnan(decodeElement(ElementKind::BF16, encodeElement(ElementKind::BF16, std::nan("")))));
}

TEST(HostTensor, integersRoundAndSaturate) {
  auto convert = [](ElementKind kind, double value) {
    return decodeElement(kind, encodeElement(kind, value));
  };
  EXPECT_EQ(convert(ElementKind::I8, 2.5), 2);
  EXPECT_EQ(convert(ElementKind::I8, -3.5), -4);
  EXPECT_EQ(convert(ElementKind::I8, 1000), 127);
  EXPECT_EQ(convert(ElementKind::I8, -HUGE_VAL), -128);
  EXPECT_EQ(convert(ElementKind::I32, 0x1p31), 0x1p31 - 1);
  EXPECT_EQ(convert(ElementKind::I32, -0x1p31), -0x1p31);
  EXPECT_EQ(encodeElement(ElementKind::I64, 0x1p63), uint64_t(INT64_MAX));
  EXPECT_EQ(convert(ElementKind::I64, 0x1p53 - 1), 0x1p53 - 1);
  EXPECT_EQ(convert(ElementKind::I64, std::nan("")), 0);
}

TEST(HostTensor, complexElementsAreTwoParts) {
  HostTensor tensor = llvm::cantFail(HostTensor::allocate(ElementKind::C64, {3}));
  EXPECT_EQ(tensor.getNumBytes(), 24);
  EXPECT_EQ(tensor.getNumParts(), 6);
  for (int64_t i = 0; i < 3; ++i)
    tensor.setComplex(i, {i + 0.5, -double(i)});
  EXPECT_EQ(tensor.getComplex(2), std::complex<double>(2.5, -2));
  EXPECT_EQ(tensor.get(4), 2.5);
  EXPECT_EQ(tensor.toDoubles(), (std::vector<double>{0.5, 0, 1.5, -1, 2.5, -2}));
  EXPECT_EQ(stringify(tensor.getKind()), "complex<f32>");
  HostTensor real = llvm::cantFail(HostTensor::allocate(ElementKind::F64, {1}));
  real.setComplex(0, {4, 7});
  EXPECT_EQ(real.getComplex(0), std::complex<double>(4, 0));
}

TEST(HostTensor, countsRefuseOverflow) {
  EXPECT_EQ(countElements({3, 0, 5}), 0);
  EXPECT_EQ(countElements({}), 1);
  EXPECT_EQ(countElements({-1}), std::nullopt);
  EXPECT_EQ(countElements({int64_t(1) << 40, int64_t(1) << 40}), std::nullopt);
  EXPECT_EQ(countElements({int64_t(1) << 60}), std::nullopt);
}

static HostTensor makeTensor(ElementKind kind, llvm::ArrayRef<int64_t> shape) {
  HostTensor tensor = llvm::cantFail(HostTensor::allocate(kind, shape));
  for (int64_t i = 0; i < tensor.getNumParts(); ++i)
    tensor.set(i, i - 2.5);
  return tensor;
}

TEST(TensorFiles, npyRoundTrip) {
  for (ElementKind kind :
       {ElementKind::I8, ElementKind::I32, ElementKind::I64, ElementKind::F16, ElementKind::F32,
        ElementKind::F64, ElementKind::C64, ElementKind::C128}) {
    HostTensor tensor = makeTensor(kind, {2, 3, 4});
    std::string bytes = llvm::cantFail(formatNpy(tensor, "t"));
    HostTensor back = llvm::cantFail(parseNpy(bytes, "t"));
    EXPECT_EQ(back.getKind(), kind);
    EXPECT_EQ(back.getShape(), tensor.getShape());
    EXPECT_EQ(back.toDoubles(), tensor.toDoubles());
  }
}

TEST(TensorFiles, safetensorsRoundTrip) {
  HostTensor first = makeTensor(ElementKind::BF16, {5}), second = makeTensor(ElementKind::F64, {});
  std::string bytes =
      llvm::cantFail(formatSafetensors({{"first", &first}, {"a \"b\"", &second}}, "t"));
  HostTensor back = llvm::cantFail(parseSafetensors(bytes, "a \"b\"", "t"));
  EXPECT_EQ(back.getKind(), ElementKind::F64);
  EXPECT_EQ(back.getShape().size(), 0u);
  EXPECT_EQ(back.toDoubles(), second.toDoubles());
  EXPECT_EQ(llvm::cantFail(parseSafetensors(bytes, "first", "t")).toDoubles(), first.toDoubles());
}

TEST(TensorFiles, safetensorsHaveEveryKindButOne) {
  for (ElementKind kind :
       {ElementKind::I8, ElementKind::I32, ElementKind::I64, ElementKind::F16, ElementKind::BF16,
        ElementKind::F32, ElementKind::F64, ElementKind::C64}) {
    HostTensor tensor = makeTensor(kind, {2, 3});
    std::string bytes = llvm::cantFail(formatSafetensors({{"t", &tensor}}, "t"));
    HostTensor back = llvm::cantFail(parseSafetensors(bytes, "", "t"));
    EXPECT_EQ(back.getKind(), kind);
    EXPECT_EQ(back.toDoubles(), tensor.toDoubles());
  }
  HostTensor tensor = makeTensor(ElementKind::C128, {2});
  EXPECT_EQ(llvm::toString(formatSafetensors({{"t", &tensor}}, "file").takeError()),
            "file: safetensors files have no complex<f64>: write .npy");
}

/// Every prefix of a file is an error, and none is a crash.
TEST(TensorFiles, everyTruncationIsAnError) {
  HostTensor tensor = makeTensor(ElementKind::F32, {2, 3});
  std::string npy = llvm::cantFail(formatNpy(tensor, "t"));
  for (size_t size = 0; size < npy.size(); ++size)
    EXPECT_TRUE(llvm::errorToBool(parseNpy(npy.substr(0, size), "t").takeError()));
  std::string safetensors = llvm::cantFail(formatSafetensors({{"w", &tensor}}, "t"));
  for (size_t size = 0; size < safetensors.size(); ++size)
    EXPECT_TRUE(
        llvm::errorToBool(parseSafetensors(safetensors.substr(0, size), "w", "t").takeError()));
}

/// Any changed byte gives a tensor or an error, and none is a crash.
TEST(TensorFiles, damagedHeadersDoNotCrash) {
  HostTensor tensor = makeTensor(ElementKind::F32, {2, 3});
  std::string npy = llvm::cantFail(formatNpy(tensor, "t"));
  std::string safetensors = llvm::cantFail(formatSafetensors({{"w", &tensor}}, "t"));
  for (char byte : {'\0', '9', '-', '"', '{', ']', ',', '\xff'})
    for (size_t position = 0; position < npy.size(); ++position) {
      std::string damaged = npy;
      damaged[position] = byte;
      (void)llvm::errorToBool(parseNpy(damaged, "t").takeError());
      if (position >= safetensors.size())
        continue;
      damaged = safetensors;
      damaged[position] = byte;
      (void)llvm::errorToBool(parseSafetensors(damaged, "w", "t").takeError());
    }
}

TEST(TensorFiles, pathsSplitAtTheKey) {
  TensorPath path = llvm::cantFail(TensorPath::parse("a:b/c.safetensors:d.e:f"));
  EXPECT_EQ(path.file, "a:b/c.safetensors");
  EXPECT_EQ(path.key, "d.e:f");
  EXPECT_TRUE(llvm::errorToBool(TensorPath::parse("c.bin").takeError()));
}
