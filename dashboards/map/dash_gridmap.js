/* GridMap: the shared map module as a Dash component. A classic script, no build step: Dash loads it and
   finds the component as window.dashboards_map.GridMap. Props are described in component.py. */
(function () {
  'use strict'
  const React = window.React
  const MODULE = '/static/map/gridmap.mjs'
  const HOVER_MS = 100

  /* Prop -> what to do with a new value, in this order: the room before the flight. `first` ones are given to createMap and not repeated. */
  const APPLY = {
    padding: (map, padding) => { if (padding) map.setPadding(padding) },
    grid: (map, grid) => map.drill(grid ?? null),
    values: (map, v) => (v ? map.setValues(v.metric, v.data, v.breaks) : map.setValues(null)),
    gridInfo: (map, info) => map.setGridInfo(info ?? {}),
    lights: (map, lights) => { if (Array.isArray(lights)) map.setLights(lights) },
    highlight: (map, what) => map.highlight(what ?? null),
    selection: (map, what) => map.setSelection(what ?? null),
    stops: (map, list) => map.setStops(list ?? null),
    camera: (map, to) => { if (to) map.flyTo(to) },
    refresh: (map, value) => { if (value) map.refresh() },
    layers: (map, layers) => {
      for (const [name, on] of Object.entries(layers ?? {})) if (on !== null) map.toggleLayer(name, on)
    },
    overlays: (map, now, before) => named(now, before, (name, one) =>
      map.setOverlay(name, one ? one.data : null, one ? { kind: one.kind } : undefined)),
    markers: (map, now, before) => named(now, before, (name, one) => map.setMarker(name, one)),
    drawMode: (map, mode, _, props) => (mode ? map.startDraw(mode, { geometry: props.drawGeometry }) : map.clearDraw()),
  }
  const PROPS = Object.keys(APPLY)

  function named(now, before, set) {
    for (const name of Object.keys(before ?? {})) if (!(name in (now ?? {}))) set(name, null)
    for (const [name, one] of Object.entries(now ?? {})) {
      if (JSON.stringify(one) !== JSON.stringify(before?.[name])) set(name, one)
    }
  }

  /* Map event -> prop that Dash is told, at once. */
  function events(tell) {
    let seq = 0
    let hover = null
    let waiting = null
    const flush = () => { waiting = null; tell({ hoverData: hover }) }
    return {
      ready: () => tell({ ready: true }),
      select: (e) => tell({ clickData: { ...e, ts: Date.now() } }),
      hover: (e) => { hover = e; waiting = waiting || setTimeout(flush, HOVER_MS) },
      view: (view) => tell({ view }),
      draw: (drawData) => tell({ drawData }),
      markermove: (e) => tell({ markerData: { ...e, ts: Date.now() } }),
      longpress: (e) => tell({ longpressData: { lon: e.lon, lat: e.lat, ts: Date.now() } }),
      live: (e) => { seq += 1; tell({ liveData: { ...e, seq } }) },
      signedout: () => tell({ signedOut: true }),
      error: (e) => tell({ mapError: e.message }),
    }
  }

  function GridMap(props) {
    const el = React.useRef(null)
    const map = React.useRef(null)
    const applied = React.useRef({})
    const latest = React.useRef(props)
    latest.current = props

    function apply() {
      if (!map.current) return
      for (const name of PROPS) {
        const now = latest.current[name]
        const before = applied.current[name]
        if (now === before) continue
        applied.current[name] = now
        APPLY[name](map.current, now, before, latest.current)
      }
    }

    React.useEffect(() => {
      let dead = false
      const tell = (change) => { if (!dead) latest.current.setProps(change) }
      import(MODULE).then(({ createMap }) => {
        if (dead) return
        const { theme, lang, bounds, padding, layers, lights, scale, live } = latest.current
        map.current = createMap(el.current, {
          theme: theme ?? undefined, lang: lang ?? undefined, bounds: bounds ?? undefined, padding: padding ?? undefined,
          layers: layers ?? {}, lights: lights ?? undefined, scale: scaleOf(scale), on: events(tell),
        })
        Object.assign(applied.current, { padding, layers })
        if (live) map.current.startLive(live)
        apply()
      }).catch((error) => tell({ mapError: String(error) }))
      return () => { dead = true; if (map.current) map.current.destroy(); map.current = null }
    }, [])
    React.useEffect(apply)
    return React.createElement('div', {
      id: props.id, ref: el, className: props.className, style: { width: '100%', height: '100%', ...props.style },
    })
  }

  /* scale: true, false or the id of an element that the bar is put into. */
  const scaleOf = (scale) => (typeof scale === 'string' ? document.getElementById(scale) ?? true : scale ?? undefined)

  window.dashboards_map = { GridMap }
})()
