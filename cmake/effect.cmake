# The plug-in for DAWs: an audio effect, as VST3 and as LV2, in build/daw. It shares the objects of JUCE with the worker.
if(NOT PATCHPILOT_DAW)
  return()
endif()
juce_plugin_facts(patchpilot_effect_facts
  JucePlugin_Name="Patch Pilot"
  JucePlugin_Desc="Finds patches of a real synthesizer that make what the track plays"
  JucePlugin_ManufacturerWebsite="urn:patchpilot"
  JucePlugin_ManufacturerEmail="mailto:patchpilot@localhost"
  JucePlugin_ManufacturerCode=0x5050696c  # PPil
  JucePlugin_PluginCode=0x50506561        # PPea
  JucePlugin_VersionString="${PROJECT_VERSION}"
  JucePlugin_IsSynth=0
  JucePlugin_WantsMidiInput=0
  JucePlugin_EditorRequiresKeyboardFocus=1
  JucePlugin_Vst3Category="Fx|Tools"
  JucePlugin_LV2URI="urn:patchpilot:effect")

patchpilot_room(effect patchpilot_daw patchpilot_effect_facts juce)

# Only what is needed of the libraries that the rooms name is loaded into a DAW.
set(vst3_folder ${CMAKE_BINARY_DIR}/daw/vst3/PatchPilot.vst3/Contents/${CMAKE_SYSTEM_PROCESSOR}-linux)
set(lv2_folder ${CMAKE_BINARY_DIR}/daw/lv2/PatchPilot.lv2)
juce_plugin(patchpilot-vst3 VST3 PatchPilot ${vst3_folder} -Wl,--as-needed patchpilot_effect)
juce_plugin(patchpilot-lv2 LV2 PatchPilot ${lv2_folder} -Wl,--as-needed patchpilot_effect)
add_custom_target(daw DEPENDS patchpilot-vst3 patchpilot-lv2)

# Where hosts look for them, whatever folder the distribution has for libraries.
install(TARGETS patchpilot-vst3 LIBRARY
  DESTINATION lib/vst3/PatchPilot.vst3/Contents/${CMAKE_SYSTEM_PROCESSOR}-linux OPTIONAL COMPONENT daw)
install(TARGETS patchpilot-lv2 LIBRARY DESTINATION lib/lv2/PatchPilot.lv2 OPTIONAL COMPONENT daw)
install(DIRECTORY ${lv2_folder}/ DESTINATION lib/lv2/PatchPilot.lv2 OPTIONAL COMPONENT daw FILES_MATCHING PATTERN "*.ttl")
