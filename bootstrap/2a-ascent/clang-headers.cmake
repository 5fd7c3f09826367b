# The headers that most files of a library include, compiled once for all of them, as in llvm-headers.cmake.

set(support_headers
  <algorithm> <map> <memory> <string> <vector>
  <llvm/ADT/DenseMap.h> <llvm/ADT/SmallPtrSet.h> <llvm/ADT/SmallString.h> <llvm/ADT/SmallVector.h> <llvm/ADT/STLExtras.h>
  <llvm/ADT/StringExtras.h> <llvm/ADT/StringMap.h> <llvm/ADT/StringSwitch.h>
  <llvm/Support/Error.h> <llvm/Support/MemoryBuffer.h> <llvm/Support/raw_ostream.h>
  <clang/Basic/SourceManager.h> <clang/Basic/TargetInfo.h>)
set(driver_headers ${support_headers}
  <clang/Driver/Compilation.h> <clang/Driver/Driver.h> <clang/Driver/DriverDiagnostic.h> <clang/Driver/Options.h>
  <clang/Driver/SanitizerArgs.h> <clang/Driver/ToolChain.h> <llvm/Option/ArgList.h> <llvm/Support/Path.h>)
set(ast_headers ${support_headers}
  <clang/AST/ASTContext.h> <clang/AST/Decl.h> <clang/AST/DeclCXX.h> <clang/AST/DeclObjC.h> <clang/AST/DeclTemplate.h>
  <clang/AST/Expr.h> <clang/AST/ExprCXX.h> <clang/AST/StmtVisitor.h> <clang/AST/TypeLoc.h>)
set(sema_headers ${ast_headers}
  <clang/Lex/Preprocessor.h> <clang/Sema/Initialization.h> <clang/Sema/Lookup.h> <clang/Sema/SemaInternal.h>)
set(codegen_headers ${ast_headers}
  <llvm/IR/DataLayout.h> <llvm/IR/IRBuilder.h> <llvm/IR/Instructions.h> <llvm/IR/Intrinsics.h> <llvm/IR/Module.h>
  ${CMAKE_SOURCE_DIR}/lib/CodeGen/CodeGenFunction.h)

function(precompile_all)
  precompile(clangBasic support_headers)
  precompile(clangDriver driver_headers)
  precompile(clangAST ast_headers clangASTMatchers clangAnalysis clangFrontend clangSerialization)
  precompile(clangSema sema_headers clangParse)
  precompile(clangCodeGen codegen_headers)
  # To these, names in the headers would be ambiguous.
  set_source_files_properties(${CMAKE_SOURCE_DIR}/lib/CodeGen/BackendUtil.cpp ${CMAKE_SOURCE_DIR}/lib/CodeGen/CGLoopInfo.cpp
    TARGET_DIRECTORY obj.clangCodeGen PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  set_source_files_properties(${CMAKE_SOURCE_DIR}/lib/Frontend/TextDiagnostic.cpp
    TARGET_DIRECTORY obj.clangFrontend PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# When all libraries are known.
cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL precompile_all)
