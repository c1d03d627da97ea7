/** Hands a file to the person: by the system's share sheet where fingers rule, else as a download. */

export async function handOver(file: Blob, name: string): Promise<void> {
  const shared = new File([file], name, { type: file.type })
  if (matchMedia('(pointer: coarse)').matches && navigator.canShare?.({ files: [shared] })) {
    try {
      return await navigator.share({ files: [shared] })
    } catch (error) {
      if ((error as Error).name === 'AbortError') return
    }
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
