export async function askFlink(_program: string, _bootstrap: string, _verbose: boolean): Promise<readonly string[]> {
  return []
}
