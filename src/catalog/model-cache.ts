/** Where the live catalogue is kept between two runs of a program. Holds no secret; whatever it loses is asked again. */
export interface ModelCache {
  /** What was written last; undefined when there is nothing. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}
