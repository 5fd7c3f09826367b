# No kernel, but what a loader takes for one: it says over the serial line what it was given, and switches the machine off.
# Its second sector on is real-mode code; "protected mode" is text, which must lie at 1 MiB.
	.intel_syntax noprefix
	.code16
	.globl _start
_start:	.org	0x1f1
	.byte	1			# sectors of setup code, beside the first
	.org	0x1fe
	.word	0xaa55
	.byte	0xeb, start - 0x202	# the entry: a jump over the header
	.ascii	"HdrS"
	.word	0x20c
	.org	0x211
	.byte	1			# loaded high
	.org	0x218
ramdisk: .long	0
ramdisk_size: .long 0
	.org	0x228
words:	.long	0
	.org	0x258
	.quad	0x1000000		# the preferred address
	.long	0x234567		# how much it needs there: the initial file system comes behind it
	.org	0x268
start:	mov	si, offset m_words
	call	puts
	mov	eax, [words]
	shr	eax, 4
	push	ds
	mov	ds, ax
	xor	si, si
	call	puts
	pop	ds
	mov	si, offset m_kernel
	call	puts
	mov	eax, 0x100000
	call	show
	mov	si, offset m_ramdisk
	call	puts
	mov	eax, [ramdisk]
	call	puthex
	mov	eax, [ramdisk]
	call	show
	mov	si, offset m_end
	call	puts
	mov	dx, 0x604		# QEMU's power switch
	mov	ax, 0x2000
	out	dx, ax
1:	hlt
	jmp	1b
# show: 32 characters at eax, wherever that is
show:	mov	[from], eax
	mov	byte ptr [from+3], 0x93
	shr	eax, 24
	mov	[from+5], al
	push	ds
	pop	es
	mov	cx, 16
	mov	si, offset table
	mov	ah, 0x87
	int	0x15
	mov	si, 0x3000
	jmp	puts
puthex:	mov	cx, 8
1:	rol	eax, 4
	push	eax
	and	al, 15
	cmp	al, 10
	sbb	al, 0x69
	das
	call	putc
	pop	eax
	loop	1b
	mov	al, ' '
	jmp	putc
puts:	lodsb
	test	al, al
	jz	1f
	call	putc
	jmp	puts
putc:	push	ax
	mov	dx, 0x3fd
2:	in	al, dx
	test	al, 0x20
	jz	2b
	pop	ax
	mov	dl, 0xf8
	out	dx, al
1:	ret
m_words: .asciz "\r\ntest kernel: words "
m_kernel: .asciz "\r\ntest kernel: kernel "
m_ramdisk: .asciz "\r\ntest kernel: initrd "
m_end:	.asciz "\r\ntest kernel: end\r\n"
table:	.zero	16
	.word	0xffff
from:	.zero	6
	.word	0xffff
	.long	0x93013000		# 0x13000: where this code's segment has offset 0x3000
	.word	0
	.zero	16
	.org	1024
	.asciz	"what lies at one MiB           "
	.org	200000
