# The headers that most files of a library include, compiled once for all of them. LLVM's files are short and their headers are
# long: this takes three tenths off the time of a file. A compiler that cannot use what was compiled reads the text. Left out are
# the libraries that do not know LLVM's IR; most of these headers would be a burden to them.

set(support_headers
  <algorithm> <map> <memory> <string> <vector>
  <llvm/ADT/DenseMap.h> <llvm/ADT/SmallPtrSet.h> <llvm/ADT/SmallString.h> <llvm/ADT/SmallVector.h> <llvm/ADT/STLExtras.h>
  <llvm/ADT/StringExtras.h> <llvm/ADT/StringMap.h> <llvm/ADT/StringSwitch.h>
  <llvm/Support/Error.h> <llvm/Support/FormatVariadic.h> <llvm/Support/MemoryBuffer.h> <llvm/Support/raw_ostream.h>)
set(ir_headers ${support_headers}
  <llvm/ADT/MapVector.h> <llvm/ADT/SetVector.h> <llvm/ADT/Statistic.h>
  <llvm/Analysis/AliasAnalysis.h> <llvm/Analysis/AssumptionCache.h> <llvm/Analysis/LoopInfo.h>
  <llvm/Analysis/TargetTransformInfo.h> <llvm/Analysis/ValueTracking.h>
  <llvm/IR/DataLayout.h> <llvm/IR/DebugInfo.h> <llvm/IR/DebugInfoMetadata.h> <llvm/IR/Dominators.h> <llvm/IR/Function.h>
  <llvm/IR/IRBuilder.h> <llvm/IR/Instructions.h> <llvm/IR/IntrinsicInst.h> <llvm/IR/Module.h> <llvm/IR/PassManager.h>
  <llvm/Support/CommandLine.h> <llvm/Support/Debug.h>)
set(codegen_headers ${ir_headers}
  <llvm/CodeGen/MachineFunctionPass.h> <llvm/CodeGen/MachineInstrBuilder.h> <llvm/CodeGen/MachineRegisterInfo.h>
  <llvm/CodeGen/SelectionDAG.h> <llvm/CodeGen/TargetInstrInfo.h> <llvm/CodeGen/TargetLowering.h>
  <llvm/CodeGen/TargetPassConfig.h> <llvm/CodeGen/TargetRegisterInfo.h> <llvm/CodeGen/TargetSubtargetInfo.h>
  <llvm/Target/TargetMachine.h>)

function(precompile_all)
  precompile(LLVMCore ir_headers
    LLVMAggressiveInstCombine LLVMAnalysis LLVMAsmParser LLVMBitReader LLVMBitWriter LLVMCFGuard LLVMCoroutines LLVMFrontendOpenMP
    LLVMInstCombine LLVMInstrumentation LLVMLTO LLVMLinker LLVMObjCARCOpts LLVMPasses LLVMScalarOpts LLVMTarget
    LLVMTransformUtils LLVMVectorize LLVMipo)
  precompile(LLVMCodeGen codegen_headers LLVMAsmPrinter LLVMGlobalISel LLVMSelectionDAG)
  precompile(LLVMX86CodeGen codegen_headers) # compiled with another option, so it cannot share
endfunction()

# When all libraries are known.
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL precompile_all)
