# The header of a program for UEFI (Microsoft's PE format, of which this is all that firmware looks at). What follows is linked by lld for ELF,
# as efi.ld says, and written as plain bytes: what lies where in the file lies there in memory, too. All code addresses relative to
# itself, so there is nothing to relocate.
	.section .head, "a"
	.ascii	"MZ"
	.zero	58
	.long	pe			# where the header is
pe:	.ascii	"PE\0\0"
	.short	0x8664			# for x86-64
	.short	2			# sections
	.long	0, 0, 0			# no time, no symbols
	.short	sections - optional
	.short	0x206			# can be run; no line numbers, no debugging
optional:
	.short	0x20b			# for 64 bits
	.short	0
	.long	text_size, data_size, 0
	.long	efi_main
	.long	text
	.quad	0			# made for address 0: firmware puts it where it likes
	.long	4096, 512		# alignment in memory and in the file
	.short	0, 0, 0, 0, 0, 0
	.long	0
	.long	image_size
	.long	4096			# of headers
	.long	0			# no sum
	.short	10			# a program for UEFI
	.short	0x100			# data need not be executable
	.quad	0, 0, 0, 0		# stack and heap are the firmware's business
	.long	0
	.long	6			# directories, all of them empty
	.quad	0, 0, 0, 0, 0, 0
sections:
	.ascii	".text\0\0\0"
	.long	text_size, text, text_file_size, text
	.long	0, 0, 0
	.long	0x60000020		# code: to be read and executed
	.ascii	".data\0\0\0"
	.long	data_size, data, data_file_size, data
	.long	0, 0, 0
	.long	0xc0000040		# data: to be read and written
