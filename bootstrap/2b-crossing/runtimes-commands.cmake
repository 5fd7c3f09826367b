# A command that libc++'s makefiles use and the chain's cmake does not have (see 2a-ascent/cmake-commands.cmake). What they want taken out
# they also take out of the compiler's options; it is never a definition.
macro(remove_definitions)
endmacro()
