# Commands that LLVM's and libc++'s makefiles use and a cmake made by its bootstrap script does not have: they are compiled into the full
# program only, with its file formats, checksums and HTTP client.

macro(add_compile_options)
  set_property(DIRECTORY APPEND PROPERTY COMPILE_OPTIONS ${ARGN})
endmacro()

macro(add_link_options)
  set_property(DIRECTORY APPEND PROPERTY LINK_OPTIONS ${ARGN})
endmacro()

# For those who use a build directory in place of an installation: nobody here.
macro(export)
endmacro()

# For folders in an editor's window.
macro(source_group)
endmacro()

# What libc++ wants taken out it also takes out of the compiler's options; it is never a definition.
macro(remove_definitions)
endmacro()
