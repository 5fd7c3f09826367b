# The boot loader for a BIOS: one binary for CD and disk, at most 8 KiB, loaded at 0x7c00.
#
#   disk  the BIOS loads the first 512 bytes of the disk: the first 440 bytes of this are there, before the partition table
#   CD    the BIOS loads the first 2048 bytes of the copy at block LOADER, as the boot catalogue says
#
# Either way it is the same code. It finds out how large a sector is, reads all of itself from block LOADER (a block is 2048
# bytes, on every medium), shows the menu, and starts a kernel. What it has to know of the medium is in the boot table: text that
# the image writer makes, that lies in block `table`, and that the menu for UEFI reads as \BOOT.TXT:
#
#   Zilch 0.1.0                                                  the first line is the title
#   1 A ffff Zilch|quiet console=tty0                            key, slot, video mode (hexadecimal), name, command line
#   #A 00000200 005c0000 89abcdef 00000d80 00180000 12345678     slot; block, bytes, sum of the kernel; the same of the initial file system
#
# Bytes are whole chunks of 32 KiB; a sum is that of all 32-bit words.
#
# Memory: 0x600 variables, 0x7c00 down the stack, 0x7c00 up the loader, 0xa000 the table, 0x10000 the kernel's real-mode part,
# 0x1e000 its command line, 0x20000 a chunk, 0x100000 up the kernel, and above what the kernel says it needs the initial file system.
# All copying above 1 MiB is the BIOS's (interrupt 15h, 87h), so the processor stays in real mode.
	.intel_syntax noprefix
	.code16
	.globl _start
	.set LOADER, 48			# the image writer puts it there
	.set LOADER_BLOCKS, 4
	.set TABLE, 0xa000
	.set TABLE_BLOCKS, 2
	.set CHUNK, 16			# blocks
	.set SETUP_SEGMENT, 0x1000
	.set COMMAND_LINE, 0x1e000
	.set BUFFER_SEGMENT, 0x2000

	.set packet, 0x600		# what to read, for the BIOS
	.set drive, 0x610
	.set shift, 0x611		# a block is 1 << shift sectors
	.set status, 0x612		# the BIOS's last answer
	.set line, 0x614		# the menu's line that was chosen
	.set edited, 0x616
	.set sum, 0x618
	.set left, 0x61c		# bytes still to come
	.set block, 0x620		# where they are
	.set dest, 0x624		# where they go
	.set ramdisk, 0x628
	.set ramdisk_size, 0x62c

_start:	cli
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	ss, ax
	mov	sp, 0x7c00
	.byte	0xea			# a far jump: some BIOSes enter at 07c0:0000
	.word	begin, 0
begin:	sti
	cld
	mov	[drive], dl
	mov	word ptr [shift], 0	# and status
	mov	dx, 0x3fb		# the first serial line: 115200 baud, 8 bits, no parity
	mov	al, 0x80
	out	dx, al
	mov	dl, 0xf8
	mov	al, 1
	out	dx, al
	inc	dx
	xor	ax, ax
	out	dx, al
	mov	dl, 0xfb
	mov	al, 3
	out	dx, al
# Block 16 begins an ISO 9660 volume. Where sectors have 512 bytes, sector 16 does not.
	mov	eax, 16
	mov	cx, 1
	mov	bx, BUFFER_SEGMENT
	call	read
	mov	es, bx
	cmp	dword ptr es:[1], 0x30304443	# "CD00"
	je	1f
	mov	byte ptr [shift], 2
1:	mov	eax, LOADER
	mov	cx, LOADER_BLOCKS
	mov	bx, 0x7c0
	call	read			# over this very code, with the same bytes
	cmp	dword ptr [magic], 0x68636c5a
	mov	si, offset m_self
	je	menu
die:	call	puts			# the message at si, and what the BIOS said
	mov	al, [status]
	call	puthex
1:	hlt
	jmp	1b

# puts: the text at si, up to a 0, to the screen and the serial line
puts:	lodsb
	test	al, al
	jz	2f
	call	putc
	jmp	puts
putc:	pusha
	push	ax
	mov	ah, 0x0e
	mov	bx, 7
	int	0x10
	mov	dx, 0x3fd
	xor	cx, cx			# a serial line that never gets ready is left alone
1:	in	al, dx
	test	al, 0x20
	loopz	1b
	pop	ax
	mov	dl, 0xf8
	out	dx, al
	popa
2:	ret
puthex:	push	ax			# al, as two hexadecimal digits
	shr	al, 4
	call	1f
	pop	ax
1:	and	al, 15
	cmp	al, 10
	sbb	al, 0x69
	das
	jmp	putc

# read: cx blocks from block eax to segment bx, offset 0; keeps bx
read:	push	bx
	xor	ebp, ebp		# BIOSes do not keep it
	mov	di, packet
	mov	dword ptr [di], 16
	mov	[di+4], ebp
	mov	[di+6], bx
	mov	[di+12], ebp
	xchg	dx, cx
	mov	cl, [shift]
	shl	eax, cl
	shl	dx, cl
	mov	[di+8], eax
	mov	[di+2], dx
	mov	bl, 3			# tries
1:	mov	si, packet
	mov	dl, [drive]
	mov	ah, 0x42
	push	bx
	int	0x13
	pop	bx
	mov	[status], ah
	jnc	2f
	dec	bl
	mov	si, offset m_read
	jz	die
	mov	dl, [drive]
	mov	ah, 0
	push	bx
	int	0x13
	pop	bx
	jmp	1b
2:	pop	bx
	ret
m_read:	.asciz	"\r\nThe medium cannot be read. BIOS status "
m_self:	.asciz	"\r\nThe boot loader on this medium is damaged. BIOS status "
	.org	440			# the partition table: no more room, and an error if the above is longer

# ---- the menu
menu:	mov	eax, [table]
	mov	cx, TABLE_BLOCKS
	mov	bx, TABLE / 16
	call	read
	mov	ax, 3			# a clean screen
	int	0x10
	call	newline
	call	indent
	mov	si, TABLE
	call	putline			# the title
	call	newline
	call	newline
1:	call	next			# over a line's end
	cmp	byte ptr [si], '#'	# not for people
	je	1b
	cmp	byte ptr [si], 0
	je	2f
	call	indent
	mov	al, [si]
	call	putc
	call	indent
	add	si, 9
	call	putname
	call	newline
	jmp	1b
2:	call	newline
	mov	si, offset m_ask
	call	puts
	mov	si, TABLE		# the first line is what starts by itself
	call	next
	mov	[line], si
	mov	byte ptr [edited], 0
	mov	ah, 0			# the BIOS's clock ticks 18.2 times a second
	int	0x1a
	mov	bx, dx
wait:	call	key
	jnz	pressed
	mov	ah, 0
	push	bx
	int	0x1a
	pop	bx
	sub	dx, bx
	cmp	dx, 5 * 18
	jb	wait
	jmp	chosen
pressed:
	cmp	al, 13
	je	chosen
	cmp	al, 'e'
	je	edit
	mov	si, TABLE
1:	call	next
	cmp	byte ptr [si], 0
	jne	2f
3:	call	key			# no such line: from now on, wait for as long as it takes
	jz	3b
	jmp	pressed
2:	cmp	[si], al
	jne	1b
	mov	[line], si
	jmp	chosen
edit:	mov	byte ptr [edited], 1
chosen:	mov	si, [line]		# to the command line's place
	add	si, 9
1:	lodsb
	cmp	al, '|'
	jne	1b
	mov	ax, COMMAND_LINE / 16
	mov	es, ax
	xor	di, di
1:	lodsb
	cmp	al, ' '
	jb	2f
	stosb
	jmp	1b
2:	cmp	byte ptr [edited], 0
	je	end
	mov	si, offset m_edit
	call	puts
	mov	al, ' '
	stosb
	mov	dx, di			# what is there stays
more:	push	dx
1:	call	key
	jz	1b
	pop	dx
	cmp	al, 13
	je	end
	cmp	al, 8
	je	1f
	cmp	al, 127
	je	1f
	cmp	al, ' '
	jb	more
	cmp	di, 2000
	jae	more
	stosb
	call	putc
	jmp	more
1:	cmp	di, dx
	je	more
	dec	di
	mov	si, offset m_back
	call	puts
	jmp	more
end:	xor	al, al
	stosb
	push	ds
	pop	es

# ---- the slot: its line of numbers
	mov	di, [line]
	mov	cl, [di+2]
	mov	si, TABLE
1:	call	next
	cmp	byte ptr [si], 0
	je	noslot
	cmp	byte ptr [si], '#'
	jne	1b
	cmp	[si+1], cl
	jne	1b
	add	si, 2
	call	hex
	mov	[block], eax
	call	hex
	mov	[left], eax
	call	hex
	mov	[sum], eax
	push	si
	mov	si, offset m_load
	call	puts

# ---- the kernel: its first chunk tells how much of it is for real mode
	mov	dword ptr [dest], 0x100000
	call	chunk
	mov	ax, BUFFER_SEGMENT
	mov	fs, ax
	cmp	dword ptr fs:[0x202], 0x53726448	# "HdrS"
	mov	si, offset m_notk
	jne	die
	cmp	word ptr fs:[0x206], 0x20c
	jb	die
	movzx	eax, byte ptr fs:[0x1f1]
	inc	ax
	shl	ax, 9
	mov	cx, CHUNK * 2048
	sub	cx, ax
	jbe	die
	push	ax			# copy the real-mode part
	push	cx
	mov	cx, ax
	shr	cx, 2
	push	ds
	mov	dx, SETUP_SEGMENT
	mov	es, dx
	mov	dx, BUFFER_SEGMENT
	mov	ds, dx
	xor	si, si
	xor	di, di
	rep	movsd
	pop	ds
	push	ds
	pop	es
	pop	cx
	pop	ax
	movzx	eax, ax
	add	eax, BUFFER_SEGMENT * 16
	call	up
	call	rest

# ---- the initial file system: above what the kernel unpacks itself into
	mov	ax, SETUP_SEGMENT
	mov	fs, ax
	mov	eax, fs:[0x258]		# pref_address
	add	eax, fs:[0x260]		# init_size
	add	eax, 0xfffff
	and	eax, 0xfff00000
	mov	[dest], eax
	mov	[ramdisk], eax
	pop	si
	call	hex
	mov	[block], eax
	call	hex
	mov	[left], eax
	mov	[ramdisk_size], eax
	call	hex
	mov	[sum], eax
	xor	ecx, ecx		# is there so much memory?
	xor	edx, edx
	mov	ax, 0xe801
	int	0x15
	jc	2f
	test	cx, cx
	jnz	1f
	mov	dx, bx
1:	movzx	edx, dx
	shl	edx, 16
	add	edx, 0x1000000
	mov	eax, [dest]
	add	eax, [left]
	cmp	eax, edx
	mov	si, offset m_small
	ja	die
2:	call	rest

# ---- the boot protocol: what a loader writes into the kernel's header
	mov	ax, SETUP_SEGMENT
	mov	es, ax
	mov	si, [line]
	add	si, 3
	push	es
	push	ds
	pop	es
	call	hex
	pop	es
	mov	es:[0x1fa], ax		# vid_mode
	mov	byte ptr es:[0x210], 0xff	# type_of_loader: none of the known ones
	or	byte ptr es:[0x211], 0x80	# loadflags: the heap may be used
	mov	word ptr es:[0x224], 0xde00	# heap_end_ptr
	mov	eax, [ramdisk]
	mov	es:[0x218], eax
	mov	eax, [ramdisk_size]
	mov	es:[0x21c], eax
	mov	dword ptr es:[0x228], COMMAND_LINE
	mov	si, offset m_go
	call	puts
	cli
	mov	ax, SETUP_SEGMENT
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ss, ax
	mov	sp, 0xe000
	.byte	0xea
	.word	0, SETUP_SEGMENT + 0x20

noslot:	mov	si, offset m_noslot
	jmp	die

# rest: all that is left, chunk by chunk, a dot for each MiB; then the sum must be right
rest:	cmp	dword ptr [left], 0
	je	1f
	call	chunk
	mov	eax, BUFFER_SEGMENT * 16
	mov	cx, CHUNK * 2048
	call	up
	test	dword ptr [left], 0xfffff
	jnz	rest
	mov	al, '.'
	call	putc
	jmp	rest
1:	cmp	dword ptr [sum], 0
	mov	si, offset m_sum
	jne	die
	ret
# chunk: the next chunk to the buffer, subtracted from the sum
chunk:	mov	eax, [block]
	mov	cx, CHUNK
	mov	bx, BUFFER_SEGMENT
	call	read
	push	ds
	mov	ds, bx
	xor	si, si
	mov	cx, CHUNK * 512
	xor	edx, edx
1:	lodsd
	add	edx, eax
	loop	1b
	pop	ds
	sub	[sum], edx
	add	dword ptr [block], CHUNK
	sub	dword ptr [left], CHUNK * 2048
	ret
# up: cx bytes from eax to [dest], by the BIOS; [dest] moves on
up:	mov	[source_low], eax
	mov	byte ptr [source_low+3], 0x93
	mov	edx, [dest]
	mov	[dest_low], edx
	mov	byte ptr [dest_low+3], 0x93
	shr	edx, 24
	mov	[dest_high], dl
	movzx	eax, cx
	add	[dest], eax
	shr	cx, 1
	mov	si, offset descriptors
	mov	ah, 0x87
	int	0x15
	mov	[status], ah
	mov	si, offset m_up
	jc	die
	ret

# key: the zero flag if there is none, else al; of the keyboard or the serial line
key:	mov	ah, 1
	int	0x16
	jz	1f
	mov	ah, 0
	int	0x16
	or	ah, 1			# no zero flag
	ret
1:	mov	dx, 0x3fd
	in	al, dx
	cmp	al, 0xff		# nothing is there
	je	2f
	test	al, 1
	jz	2f
	mov	dl, 0xf8
	in	al, dx
	or	ah, 1
2:	ret
# hex: the number behind si and one space
hex:	inc	si
	xor	edx, edx
1:	mov	al, [si]
	sub	al, '0'
	jb	3f
	cmp	al, 10
	jb	2f
	sub	al, 'a' - '0' - 10
	jb	3f
	cmp	al, 15
	ja	3f
2:	movzx	eax, al
	shl	edx, 4
	add	edx, eax
	inc	si
	jmp	1b
3:	mov	eax, edx
	ret
# next: si to the beginning of the next line
next:	lodsb
	test	al, al
	jz	1f
	cmp	al, 10
	jne	next
	ret
1:	dec	si			# stays at the end
	ret
# putline, putname: the text at si, up to a line's end or a "|"
putname:
putline:
	mov	al, [si]
	cmp	al, '|'
	je	1f
	cmp	al, ' '
	jb	1f
	call	putc
	inc	si
	jmp	putline
1:	ret
indent:	push	si
	mov	si, offset m_in
	jmp	1f
newline:
	push	si
	mov	si, offset m_nl
1:	call	puts
	pop	si
	ret

m_in:	.asciz	"   "
m_nl:	.asciz	"\r\n"
m_ask:	.ascii	"   A key starts its line; e adds words to the first one.\r\n"
	.asciz	"   Without a key, the first one starts in 5 seconds.\r\n"
m_edit:	.asciz	"More words: "
m_back:	.asciz	"\b \b"
m_load:	.asciz	"\r\nLoading"
m_go:	.asciz	"\r\nStarting\r\n"
m_notk:	.asciz	"\r\nThis is no kernel that can be started. BIOS status "
m_noslot: .asciz "\r\nThe boot table is damaged. BIOS status "
m_sum:	.asciz	"\r\nThe kernel or its file system is damaged on this medium. BIOS status "
m_small: .asciz	"\r\nThis machine has too little memory. BIOS status "
m_up:	.asciz	"\r\nThe BIOS cannot copy above 1 MiB. Its status "

# for the BIOS's copying: where from, where to
descriptors:
	.zero	16
	.word	0xffff
source_low: .zero 4
	.word	0
	.word	0xffff
dest_low: .zero 4
	.byte	0
dest_high: .byte 0
	.zero	16

	.org	LOADER_BLOCKS * 2048 - 8
table:	.long	0			# written by the image writer
magic:	.ascii	"Zlch"
