/** Whether a variable of the environment switches something on: anything but nothing, `0` and `false`. */
export function isSet(value: string | undefined): boolean {
  return Boolean(value) && value !== '0' && value !== 'false';
}
